/// What tests of programs on Mainstay run with: a real PostgreSQL and a clock that a test moves.
@NullMarked
package dev.mainstay.testing;

import org.jspecify.annotations.NullMarked;
