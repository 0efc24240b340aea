//! ES modules joined into one script: a bundle.
//!
//! ```text
//! entry ─ its imports, and theirs, each once and before whoever imports it
//!       ─ each a function that runs once and gives what the module exports: $3 = (() => { … return { name }; })();
//!       ─ without comments and indentation
//! ```
//!
//! No parser: it knows the forms in which this program's modules import and export, each on one line, and refuses a module
//! with any other. Invariant: names of one module are never another's.

use std::collections::HashMap;

/// The text of `entry` and all that it imports, of which `read` has the modules.
pub fn join(entry: &str, read: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut bundle = Bundle { read, text: String::new(), open: Vec::new(), done: HashMap::new() };
    bundle.add(entry)?;
    Ok(bundle.text)
}

struct Bundle<Read> {
    read: Read,
    text: String,
    /// From the entry to the module that is read.
    open: Vec<String>,
    /// Numbers of the modules in the text, and what each exports.
    done: HashMap<String, (usize, Vec<String>)>,
}

impl<Read: Fn(&str) -> Option<String>> Bundle<Read> {
    fn add(&mut self, module: &str) -> Result<(), String> {
        if self.done.contains_key(module) {
            return Ok(());
        }
        if self.open.iter().any(|open| open == module) {
            return Err(format!("{module} imports itself: {}", self.open.join(" → ")));
        }
        self.open.push(module.to_owned());
        let source = (self.read)(module).ok_or_else(|| format!("there is no {module}"))?;
        let (mut body, mut exports) = (String::new(), Vec::new());
        for line in code(&source).map_err(|problem| format!("{module}: {problem}"))? {
            let refused = || format!("{module}: not understood: {line}");
            if let Some(import) = line.strip_prefix("import ") {
                let (names, path) = read_import(import).ok_or_else(refused)?;
                let path = beside(module, path);
                self.add(&path)?;
                body += &self.bind(names, &path).ok_or_else(refused)?;
            } else if let Some(declaration) = line.strip_prefix("export ") {
                exports.push(declared(declaration).ok_or_else(refused)?.to_owned());
                body += &format!("{declaration}\n");
            } else if ["import(", "import.meta", "import\t"].iter().any(|other| line.contains(other)) {
                return Err(refused());
            } else {
                body += &format!("{line}\n");
            }
        }
        self.open.pop();
        let number = self.done.len();
        let given = exports.join(", ");
        self.text +=
            &format!("// {module}\nconst ${number} = (() => {{\n{body}return {{ {given} }};\n}})();\n");
        self.done.insert(module.to_owned(), (number, exports));
        Ok(())
    }

    /// `{ name, other as own }` or `* as all`, of a module that is there.
    fn bind(&self, names: &str, path: &str) -> Option<String> {
        let (number, exports) = &self.done[path];
        if names.is_empty() {
            return Some(String::new());
        }
        if let Some(name) = names.strip_prefix("* as ") {
            return is_name(name).then(|| format!("const {name} = ${number};\n"));
        }
        let names = names.strip_prefix('{')?.strip_suffix('}')?.trim().trim_end_matches(',');
        let own = names.split(',').map(|name| {
            let (name, own) = name.trim().split_once(" as ").unwrap_or((name.trim(), name.trim()));
            let is_known = exports.iter().any(|export| export == name) && is_name(own);
            is_known.then(|| if name == own { name.to_owned() } else { format!("{name}: {own}") })
        });
        let own: Vec<_> = own.collect::<Option<_>>()?;
        Some(format!("const {{ {} }} = ${number};\n", own.join(", ")))
    }
}

/// `names from "path";` or `"path";`
fn read_import(import: &str) -> Option<(&str, &str)> {
    let (names, path) = import.strip_suffix("\";")?.rsplit_once('"')?;
    let names = names.strip_suffix(" from ").or_else(|| names.is_empty().then_some(""))?;
    path.starts_with('.').then_some((names, path))
}

/// The name that a declaration gives. What can be assigned anew later isn't exported: importers have a copy.
fn declared(declaration: &str) -> Option<&str> {
    let kinds = ["const ", "function ", "async function ", "class "];
    let rest = kinds.iter().find_map(|kind| declaration.strip_prefix(kind))?;
    let end = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
    let name = &rest[..end];
    is_name(name).then_some(name)
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_letter)
}

/// A relative path, seen from a file.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<_> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The lines, without comments that begin a line and those of types, `/** … */`. Text over several lines would lose its
/// indentation, so there is none.
fn code(source: &str) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let mut is_comment = false;
    for line in source.lines() {
        let mut rest = line.trim();
        let mut code = String::new();
        if is_comment {
            let Some((_, after)) = rest.split_once("*/") else { continue };
            rest = after.trim_start();
            is_comment = false;
        }
        if rest.starts_with("//") {
            continue;
        }
        let begin = |code: &str, rest: &str| {
            if code.is_empty() && rest.starts_with("/*") { Some(0) } else { rest.find("/** ") }
        };
        while let Some(at) = begin(&code, rest) {
            code.push_str(&rest[..at]);
            let after = rest[at..].split_once("*/").map(|(_, after)| after.trim_start());
            is_comment = after.is_none();
            rest = after.unwrap_or_default();
        }
        code.push_str(rest);
        if code.matches('`').count() % 2 == 1 {
            return Err(format!("text over several lines: {line}"));
        }
        let code = code.trim_end();
        if !code.is_empty() {
            lines.push(code.to_owned());
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(modules: &[(&str, &str)]) -> Result<String, String> {
        join(modules[0].0, |path| {
            modules.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
        })
    }

    #[test]
    fn modules_come_once_and_before_whoever_imports_them() {
        let text = joined(&[
            ("js/page.js", "import \"./a.js\";\nimport * as all from \"./lib/b.js\";\nall.two(all.ONE);\n"),
            ("js/a.js", "import { ONE, two as second } from \"./lib/b.js\";\n\nsecond(ONE);\n"),
            ("js/lib/b.js", "export const ONE = 1;\nexport async function two(it) {\n  return it;\n}\n"),
        ]);
        assert_eq!(
            text.as_deref(),
            Ok("// js/lib/b.js\n\
                const $0 = (() => {\nconst ONE = 1;\nasync function two(it) {\nreturn it;\n}\nreturn { ONE, two };\n})();\n\
                // js/a.js\n\
                const $1 = (() => {\nconst { ONE, two: second } = $0;\nsecond(ONE);\nreturn {  };\n})();\n\
                // js/page.js\n\
                const $2 = (() => {\nconst all = $0;\nall.two(all.ONE);\nreturn {  };\n})();\n")
        );
    }

    #[test]
    fn comments_go_and_what_looks_like_one_stays() {
        let source = "/**\n * All.\n */\n// one\nconst a = /** @type {B} */ (b); /** @param {C} c */\n\
                      const url = \"https://x/*\"; // kept\n/** @type {D} */ (d).e();\n/* f */ g();\n";
        let lines = code(source).expect("lines");
        let kept = ["const a = (b);", "const url = \"https://x/*\"; // kept", "(d).e();", "g();"];
        assert_eq!(lines, kept);
    }

    #[test]
    fn what_it_does_not_understand_is_refused() {
        let other = ("js/b.js", "export let count = 1;\n");
        let one = ("js/b.js", "export const one = 1;\n");
        for (page, other, sign) in [
            ("import { count } from \"./b.js\";", other, "export let"),
            ("import {\n  one,\n} from \"./b.js\";", one, "import {"),
            ("import { two } from \"./b.js\";", one, "two"),
            ("import one from \"./b.js\";", one, "import one"),
            ("import \"elsewhere\";", one, "elsewhere"),
            ("import \"./c.js\";", one, "there is no js/c.js"),
            ("const b = import(\"./b.js\");", one, "import("),
            ("export default one;", one, "export default"),
            ("export { one } from \"./b.js\";", one, "export {"),
            ("const text = `a\n  b`;", one, "several lines"),
            ("import \"./b.js\";", ("js/b.js", "import \"./a.js\";"), "imports itself"),
        ] {
            let refused = joined(&[("js/a.js", page), other]).expect_err(page);
            assert!(refused.contains(sign), "{refused}");
        }
    }
}
