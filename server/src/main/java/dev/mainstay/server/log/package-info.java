/// Where log lines go: JSON into the data folder, for machines and `mainstay agent logs`; words to stderr, for people.
@NullMarked
package dev.mainstay.server.log;

import org.jspecify.annotations.NullMarked;
