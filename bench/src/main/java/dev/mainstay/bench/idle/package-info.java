/// What a node costs that has nothing to do.
@NullMarked
package dev.mainstay.bench.idle;

import org.jspecify.annotations.NullMarked;
