package dev.mainstay.bench.gate;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// What the compiler's own parser says about each source file: its length, its methods, its public classes, its calls
/// and the strings written in it.
///
/// Thread-safe: immutable.
record ParsedSources(List<SourceFile> files) {

    record SourceFile(
            Path path,
            int lines,
            List<Method> methods,
            List<PublicClass> publicClasses,
            List<Call> calls,
            List<String> strings) {

        @Override
        public String toString() {
            return Sources.root().relativize(path) + " (" + lines + ")";
        }
    }

    record Method(String name, int lines) {}

    record PublicClass(String name, @Nullable String documentation) {}

    /// A call as it is written, such as `Instant.now` or `new Metric`.
    record Call(String text, long line) {}

    static ParsedSources parse(List<Path> paths) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var fileManager = compiler.getStandardFileManager(null, null, null)) {
            var units = fileManager.getJavaFileObjectsFromPaths(paths);
            var task = (JavacTask) compiler.getTask(null, fileManager, null, List.of("-proc:none"), null, units);
            var trees = DocTrees.instance(task);
            var files = new ArrayList<SourceFile>();
            for (var unit : task.parse()) {
                files.add(new Reader(trees, unit).read());
            }
            return new ParsedSources(List.copyOf(files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reader extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final DocTrees trees;
        private final CompilationUnitTree unit;
        private final List<Method> methods = new ArrayList<>();
        private final List<PublicClass> publicClasses = new ArrayList<>();
        private final List<Call> calls = new ArrayList<>();
        private final List<String> strings = new ArrayList<>();

        Reader(DocTrees trees, CompilationUnitTree unit) {
            this.trees = trees;
            this.unit = unit;
        }

        SourceFile read() throws IOException {
            scan(new TreePath(unit), null);
            var text = unit.getSourceFile().getCharContent(true).toString();
            return new SourceFile(
                    Path.of(unit.getSourceFile().toUri()),
                    (int) text.lines().count(),
                    methods,
                    publicClasses,
                    calls,
                    strings);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
            if (method.getBody() != null && trees.getSourcePositions().getEndPosition(unit, method) >= 0) {
                methods.add(new Method(method.getName().toString(), linesOf(method)));
            }
            return super.visitMethod(method, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
            var isTopLevel = getCurrentPath().getParentPath().getLeaf() == unit;
            if (isTopLevel
                    && type.getKind() == Tree.Kind.CLASS
                    && type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
                publicClasses.add(
                        new PublicClass(type.getSimpleName().toString(), trees.getDocComment(getCurrentPath())));
            }
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void unused) {
            calls.add(new Call(
                    call.getMethodSelect().toString(),
                    lineAt(trees.getSourcePositions().getStartPosition(unit, call))));
            return super.visitMethodInvocation(call, null);
        }

        @Override
        public @Nullable Void visitNewClass(NewClassTree created, @Nullable Void unused) {
            calls.add(new Call(
                    "new " + created.getIdentifier(),
                    lineAt(trees.getSourcePositions().getStartPosition(unit, created))));
            return super.visitNewClass(created, null);
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void unused) {
            if (literal.getValue() instanceof String string) {
                strings.add(string);
            }
            return super.visitLiteral(literal, null);
        }

        private int linesOf(Tree tree) {
            var positions = trees.getSourcePositions();
            return (int) (lineAt(positions.getEndPosition(unit, tree)) - lineAt(positions.getStartPosition(unit, tree)))
                    + 1;
        }

        private long lineAt(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
