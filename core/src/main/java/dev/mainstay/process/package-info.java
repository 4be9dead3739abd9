/// Programs that Mainstay runs: what they say, and their end with all they started.
///
/// Main type: [dev.mainstay.process.ProcessTree].
@NullMarked
package dev.mainstay.process;

import org.jspecify.annotations.NullMarked;
