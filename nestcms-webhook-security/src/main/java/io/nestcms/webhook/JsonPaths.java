package io.nestcms.webhook;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The paths (names joined by dots, array elements as {@code [0]}) that a scan is to find, as a tree. */
final class JsonPaths {
    private final Node root = new Node(new byte[0], "", 0);
    private final Map<String, Integer> leaves = new HashMap<>();
    private int nodes = 1;

    JsonPaths(List<String> paths) {
        paths.forEach(this::add);
    }

    private void add(String path) {
        Node node = root;
        for (String name : path.split("\\.", -1)) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "path " + path + " has an empty name: names joined by dots are expected");
            }
            Node next = node.child(name);
            if (next == null) {
                next = new Node(name.getBytes(StandardCharsets.UTF_8), name, nodes++);
                node.children.add(next);
            }
            node = next;
        }
        if (node.leaf < 0) {
            node.leaf = leaves.size();
            leaves.put(path, node.leaf);
        }
    }

    Node root() {
        return root;
    }

    int leaves() {
        return leaves.size();
    }

    int nodes() {
        return nodes;
    }

    /** The number under which the path's value is found, for one of the paths given. */
    int leafOf(String path) {
        return Objects.requireNonNull(leaves.get(path), path);
    }

    /** A name on a wanted path. */
    static final class Node {
        private final byte[] utf8;
        private final String name;
        private final int number;
        private final List<Node> children = new ArrayList<>(2);
        private int leaf = -1;

        Node(byte[] utf8, String name, int number) {
            this.utf8 = utf8;
            this.name = name;
            this.number = number;
        }

        int number() {
            return number;
        }

        int leaf() {
            return leaf;
        }

        @Nullable Node child(String wanted) {
            for (int i = 0; i < children.size(); i++) {
                if (children.get(i).name.equals(wanted)) {
                    return children.get(i);
                }
            }
            return null;
        }

        @Nullable Node child(byte[] json, int start, int end) {
            for (int i = 0; i < children.size(); i++) {
                Node node = children.get(i);
                if (java.util.Arrays.equals(node.utf8, 0, node.utf8.length, json, start, end)) {
                    return node;
                }
            }
            return null;
        }
    }
}
