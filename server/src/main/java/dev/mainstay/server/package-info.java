/// The program around the engine: HTTP API, dashboard and command line.
@NullMarked
package dev.mainstay.server;

import org.jspecify.annotations.NullMarked;
