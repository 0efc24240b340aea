//! Reads `src/` as the architecture's tests need it: files without comments and tests, and which file names
//! which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A file below `src/`.
pub struct Source {
    /// `chat/store/rooms.rs`
    pub path: String,
    /// Without comments, and without unit tests.
    pub code: String,
    /// As it is.
    pub text: String,
}

impl Source {
    /// Its feature, or its stem where it stands in `src/` itself.
    pub fn module(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    pub fn is_store(&self) -> bool {
        self.path.ends_with("/store.rs") || self.path.contains("/store/")
    }

    /// `["chat", "store", "rooms"]`; a `mod.rs` is its folder's.
    fn module_path(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs");
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }
}

pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        Source { path, code: without_tests(&without_comments(&text)), text }
    };
    files_in(&root, "rs").into_iter().map(read).collect()
}

/// The files with this extension in a folder and its folders, sorted.
pub fn files_in(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files.extend(files_in(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Drops line comments. One that follows code begins with ` // `, so that addresses are kept.
pub fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" // ").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Unit tests stand at the end of their file.
fn without_tests(code: &str) -> String {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Which file names which: by `use`, and by paths in the code. What a `mod.rs` re-exports counts as its
/// owner's.
pub fn graph(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeMap<Vec<String>, &str> =
        sources.iter().map(|source| (source.module_path(), &*source.path)).collect();
    let mut reexports: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for source in sources {
        let here = source.module_path();
        for (path, name) in uses(&source.code, true) {
            let target = match &*path[0] {
                "crate" | "super" | "self" => absolute(&path, &here),
                _ => [&here[..], &path[..]].concat(),
            };
            reexports.insert([&here[..], &[name]].concat(), target);
        }
    }
    let owner = |path: Vec<String>| {
        let mut path = path;
        // A re-export may be one of another.
        for _ in 0..8 {
            let known = (1..=path.len())
                .rev()
                .find(|n| reexports.contains_key(&path[..*n]) && !modules.contains_key(&path[..*n]));
            let Some(n) = known else { break };
            path = [&reexports[&path[..n]][..], &path[n..]].concat();
        }
        (0..=path.len()).rev().find_map(|n| modules.get(&path[..n]).copied())
    };
    let mut graph = BTreeMap::new();
    for source in sources {
        let here = source.module_path();
        let mut named = BTreeSet::new();
        for (path, _) in uses(&source.code, false) {
            let is_ours = matches!(&*path[0], "crate" | "super" | "self");
            let child = [&here[..], &path[..1]].concat();
            if is_ours {
                named.extend(owner(absolute(&path, &here)));
            } else if modules.contains_key(&child) {
                named.extend(owner([&here[..], &path[..]].concat()));
            }
        }
        for path in paths_in_code(&source.code) {
            named.extend(owner(absolute(&path, &here)));
        }
        named.remove(&*source.path);
        graph.insert(&*source.path, named);
    }
    graph
}

/// `crate::a::B`, `super::B` and `self::B` seen from a module.
fn absolute(path: &[String], here: &[String]) -> Vec<String> {
    let mut base = match &*path[0] {
        "crate" => return path[1..].to_vec(),
        _ => here.to_vec(),
    };
    let mut rest = path;
    while let Some((first, after)) = rest.split_first()
        && (first == "super" || first == "self")
    {
        if first == "super" {
            base.pop();
        }
        rest = after;
    }
    [base, rest.to_vec()].concat()
}

/// Each path of each `use`, with the name that it brings; of `pub use` or of the others.
fn uses(code: &str, public: bool) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some(at) = statement.rfind("use ") else { continue };
        let before = statement[..at].rsplit('\n').next().unwrap_or_default().trim();
        let is_use = before.is_empty() || before.starts_with("pub");
        if is_use && before.starts_with("pub") == public {
            flatten(&statement[at + 4..], &[], &mut found);
        }
    }
    found
}

/// `a::{b, c::d as e}` into paths and names.
fn flatten(tree: &str, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim();
    if tree.is_empty() {
        return;
    }
    if let Some((prefix, group)) = tree.split_once('{') {
        let prefix = [before, &segments(prefix)].concat();
        let group = group.trim_end().trim_end_matches('}');
        let mut depth = 0;
        let mut start = 0;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    flatten(&group[start..at], &prefix, found);
                    start = at + 1;
                }
                _ => {}
            }
        }
        flatten(&group[start..], &prefix, found);
        return;
    }
    let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
    let mut path = [before, &segments(path)].concat();
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().cloned() {
        let name = if alias.is_empty() { last } else { alias.trim().to_owned() };
        found.push((path, name));
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `crate::…` and `super::…` outside of `use` and of `pub(in …)`.
fn paths_in_code(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("use ")) {
        for mark in ["crate::", "super::"] {
            for (at, _) in line.match_indices(mark) {
                let before = line[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || "_:".contains(c))
                    || line[..at].ends_with("(in ")
                {
                    continue;
                }
                let path: String = line[at..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                    .collect();
                found.push(segments(&path));
            }
        }
    }
    found
}

/// Circles, each as the files in it (strongly connected components, by Tarjan).
pub fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    #[derive(Default)]
    struct Walk<'a> {
        index: BTreeMap<&'a str, usize>,
        low: BTreeMap<&'a str, usize>,
        stack: Vec<&'a str>,
        circles: Vec<Vec<&'a str>>,
    }
    fn visit<'a>(walk: &mut Walk<'a>, graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, file: &'a str) {
        let number = walk.index.len();
        walk.index.insert(file, number);
        walk.low.insert(file, number);
        walk.stack.push(file);
        for &named in graph.get(file).into_iter().flatten() {
            let reached = match walk.index.get(named) {
                None => {
                    visit(walk, graph, named);
                    walk.low[named]
                }
                Some(&index) if walk.stack.contains(&named) => index,
                Some(_) => continue,
            };
            let low = walk.low[file].min(reached);
            walk.low.insert(file, low);
        }
        if walk.low[file] == number {
            let at = walk.stack.iter().rposition(|it| *it == file).expect("it is on the stack");
            let circle = walk.stack.split_off(at);
            if circle.len() > 1 {
                walk.circles.push(circle);
            }
        }
    }
    let mut walk = Walk::default();
    for &file in graph.keys() {
        if !walk.index.contains_key(file) {
            visit(&mut walk, graph, file);
        }
    }
    walk.circles
}
