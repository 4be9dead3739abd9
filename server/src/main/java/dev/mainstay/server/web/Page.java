package dev.mainstay.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mainstay.server.json.Json;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The page at `/` with what only stands once the files are known: where they are and which import means which.
/// Immutable.
///
/// @param contentSecurityPolicy allows nothing but this origin, and inline nothing but the import map, by its hash
record Page(String html, String contentSecurityPolicy) {
    /// @param folder where the files are served, without a slash at the end
    static Page in(String folder, List<String> modules) {
        String importMap = importMap(folder);
        String html = new String(Resource.read("index.html"), UTF_8)
                .replace("{{assets}}", folder)
                .replace("{{preloads}}", preloads(folder, modules))
                .replace("{{importmap}}", importMap);
        return new Page(html, contentSecurityPolicy(importMap));
    }

    private static String importMap(String folder) {
        Map<String, String> imports = new TreeMap<>();
        for (Library library : Library.ALL) {
            library.modules()
                    .forEach(module ->
                            imports.put(module.specifier(), folder + "/" + WebAssets.path(library, module.file())));
        }
        return new String(Json.bytes(Map.of("imports", imports)), UTF_8);
    }

    // A module names its imports only once it is there; told at once, the browser fetches all of them side by side.
    private static String preloads(String folder, List<String> modules) {
        return modules.stream()
                .map(module -> "  <link rel=\"modulepreload\" href=\"" + folder + "/" + module + "\">")
                .collect(Collectors.joining("\n"));
    }

    private static String contentSecurityPolicy(String importMap) {
        String hash = Base64.getEncoder().encodeToString(Digest.of(importMap.getBytes(UTF_8)));
        return "default-src 'self'; script-src 'self' 'sha256-" + hash + "'; object-src 'none'; base-uri 'none';"
                + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
    }
}
