/// A whole Mainstay in a process of its own, started as a person would, and how to talk to it over HTTP.
@NullMarked
package dev.mainstay.bench.up;

import org.jspecify.annotations.NullMarked;
