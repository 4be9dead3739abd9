/// Jars that bring agent kinds, found in `plugins` beside the configuration and in the data folder.
@NullMarked
package dev.mainstay.server.plugin;

import org.jspecify.annotations.NullMarked;
