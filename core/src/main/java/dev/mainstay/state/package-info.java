/// Shared state: JSON by key, each entry with a version, for what agents must remember or tell each other.
@NullMarked
package dev.mainstay.state;

import org.jspecify.annotations.NullMarked;
