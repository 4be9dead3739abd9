/// The command line. Main type: [dev.mainstay.server.cli.Main], which lists every command.
@NullMarked
package dev.mainstay.server.cli;

import org.jspecify.annotations.NullMarked;
