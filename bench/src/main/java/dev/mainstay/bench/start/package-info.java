/// `bench start`: how long a person waits after typing a command.
@NullMarked
package dev.mainstay.bench.start;

import org.jspecify.annotations.NullMarked;
