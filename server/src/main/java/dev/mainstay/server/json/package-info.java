/// How the server writes JSON: records as objects in the order of their components, times as ISO-8601.
@NullMarked
package dev.mainstay.server.json;

import org.jspecify.annotations.NullMarked;
