/// How fast messages are stored and handled: one publisher to one group, at a steady rate, and to many subscribers.
@NullMarked
package dev.mainstay.bench.bus;

import org.jspecify.annotations.NullMarked;
