package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The guide and the package's documentation give the same formulas.
class HealthGuideTest {
    private static List<String> table(String file, String margin) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(margin + "|"))
                .map(line -> line.substring(margin.length()))
                .toList();
    }

    @Test
    void the_guide_has_the_formulas_of_the_code() throws IOException {
        List<String> code = table("src/main/java/dev/mainstay/health/package-info.java", "/// ");
        assertThat(code).hasSize(7);
        assertThat(table("../docs/guide/health.md", "")).isEqualTo(code);
    }
}
