/// A node in a process of its own: so that its processor time and memory are its own, and it can be killed.
///
/// [NodeProcess][dev.mainstay.bench.node.NodeProcess] is the bench's end, [NodeMain][dev.mainstay.bench.node.NodeMain]
/// the other; they talk in lines over stdin and stdout.
@NullMarked
package dev.mainstay.bench.node;

import org.jspecify.annotations.NullMarked;
