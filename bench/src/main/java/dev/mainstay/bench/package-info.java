/// Benchmarks that measure the figures we promise, each one command with JSON output.
@NullMarked
package dev.mainstay.bench;

import org.jspecify.annotations.NullMarked;
