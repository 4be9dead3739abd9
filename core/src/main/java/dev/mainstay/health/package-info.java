/// How well agents and the system do: a score from 0 to 100, of named parts, each with the stored figures it comes
/// from.
@NullMarked
package dev.mainstay.health;

import org.jspecify.annotations.NullMarked;
