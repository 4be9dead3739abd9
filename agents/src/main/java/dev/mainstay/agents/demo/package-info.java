/// Agents that make a newcomer's screen live: synthetic load with seeded faults, only with `--demo`. Nothing in here
/// looks at anything real, and every description says so.
@NullMarked
package dev.mainstay.agents.demo;

import org.jspecify.annotations.NullMarked;
