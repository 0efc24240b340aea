//! The files of `static/css` as one sheet, without comments and indentation.

/// In their order. `tokens` says how the layers follow one another.
const PARTS: [&str; 25] = [
    "tokens",
    "base",
    "page",
    "marks",
    "components",
    "buttons",
    "forms",
    "tables",
    "layout",
    "nav",
    "products",
    "product",
    "product-form",
    "chat",
    "bubbles",
    "composer",
    "room",
    "inbox",
    "notices",
    "accounts",
    "dashboard",
    "admin",
    "house",
    "touch",
    "print",
];

pub fn join(read: impl Fn(&str) -> Option<String>) -> String {
    PARTS.iter().map(|name| lines(&read(name).expect("a style sheet that is listed"))).collect()
}

/// What stands in strings holds no comment: a test reads the sheet beside its parts.
fn lines(sheet: &str) -> String {
    let mut code = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let lines = code.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn comments_and_indentation_go() {
        let sheet = "/* Of\n   all. */\n@layer base {\n  a:hover { /* here */ color: red;\n  }\n\n}\n";
        assert_eq!(lines(sheet), "@layer base {\na:hover {  color: red;\n}\n}\n");
    }
}
