/*
 * scanner/entity.c - one MIME entity as one reading of the message shows it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "config.h"

#include "scanner/entity.h"

Entity *
entity_new(const char *path, const char *parent, const char *reading)
{
	Entity *entity = g_new0(Entity, 1);

	entity->path = g_strdup(path);
	entity->parent = g_strdup(parent);
	entity->reading = reading;
	return entity;
}

void
entity_free(Entity *entity)
{
	if (entity == NULL)
		return;
	g_free(entity->path);
	g_free(entity->parent);
	g_free(entity->content_type);
	g_free(entity->disposition);
	g_free(entity->charset);
	g_free(entity->encoding);
	g_free(entity->name);
	g_free(entity->container_type);
	g_free(entity);
}
