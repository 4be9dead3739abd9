package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Turns the parser's nodes into settings and collects what YAML allows and we do not.
///
/// The value of a key has the line of the key, which is where a person looks. Not thread-safe: one reading of one file.
final class YamlTree {
    /// Aliases make a small file a large tree; a fleet of 10,000 agents stays far below.
    private static final int MOST_NODES = 500_000;

    /// Those of a node without a tag.
    private static final Set<Tag> TAGS = Set.of(Tag.STR, Tag.SEQ, Tag.MAP, Tag.NULL);

    private static final String MERGE = "<<";

    private final String name;
    private final Problems problems = new Problems();
    private int nodes;

    YamlTree(String name) {
        this.name = name;
    }

    Branch root(Node node) {
        var setting = setting(node, origin(node), KeyPath.ROOT, 0);
        problems.throwIfAny();
        return switch (setting) {
            case Branch branch -> branch;
            case Scalar scalar when scalar.isEmpty() -> Branch.empty(scalar.origin());
            default ->
                throw new ConfigException(Problem.stating(
                        setting.origin(),
                        KeyPath.ROOT,
                        "expected keys and values (\"key: value\") at the top, found " + Shapes.of(setting)));
        };
    }

    private Setting setting(Node node, Origin origin, KeyPath path, int depth) {
        nodes++;
        if (nodes > MOST_NODES || depth > YamlSettings.DEEPEST) {
            throw new ConfigException(Problem.stating(
                    origin, path, "aliases (*name) repeat too much, or themselves; write the blocks out"));
        }
        if (!TAGS.contains(node.getTag())) {
            problems.add(
                    Problem.stating(
                            origin,
                            path,
                            "a tag (a word that starts with !) is not supported here; put a value that starts with ! in quotes"));
        }
        return switch (node) {
            case MappingNode mapping -> branch(mapping, origin, path, depth);
            case SequenceNode sequence -> items(sequence, origin, path, depth);
            case ScalarNode scalar ->
                new Scalar(origin, scalar.isPlain() ? YamlScalars.typed(scalar.getValue()) : scalar.getValue());
            default -> throw new IllegalStateException("unexpected node " + node);
        };
    }

    private Items items(SequenceNode sequence, Origin origin, KeyPath path, int depth) {
        var values = new ArrayList<Setting>();
        for (var node : sequence.getValue()) {
            values.add(setting(node, origin(node), path.item(values.size()), depth + 1));
        }
        return new Items(origin, values);
    }

    private Branch branch(MappingNode mapping, Origin origin, KeyPath path, int depth) {
        var entries = new LinkedHashMap<String, Setting>();
        var merged = new LinkedHashMap<String, Setting>();
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(Problem.stating(
                        origin(tuple.getKeyNode()), path, "a key is not a word; put a value with { or [ in quotes"));
            } else if (key.isPlain() && key.getValue().equals(MERGE)) {
                merge(tuple, path, depth, merged);
            } else {
                entry(key, tuple.getValueNode(), path, depth, entries);
            }
        }
        merged.forEach(entries::putIfAbsent);
        return new Branch(origin, entries);
    }

    private void entry(ScalarNode key, Node value, KeyPath path, int depth, SequencedMap<String, Setting> entries) {
        var child = path.child(key.getValue());
        var setting = setting(value, origin(key), child, depth + 1);
        var first = entries.putIfAbsent(key.getValue(), setting);
        if (first != null) {
            problems.add(Problem.of(
                    origin(key), child, "is given twice, first at " + first.origin() + "; keep one of them"));
        }
    }

    /// `<<: *name` and `<<: [*one, *other]`: keys to use where the block itself has none.
    private void merge(NodeTuple tuple, KeyPath path, int depth, SequencedMap<String, Setting> merged) {
        var setting = setting(tuple.getValueNode(), origin(tuple.getKeyNode()), path.child(MERGE), depth + 1);
        var sources = setting instanceof Items items ? items.values() : List.of(setting);
        for (var source : sources) {
            if (source instanceof Branch branch) {
                branch.entries().forEach(merged::putIfAbsent);
            } else {
                problems.add(Problem.of(setting.origin(), path.child(MERGE), "must name a block: <<: *name"));
            }
        }
    }

    private Origin origin(Node node) {
        return Origin.file(
                name, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1));
    }
}
