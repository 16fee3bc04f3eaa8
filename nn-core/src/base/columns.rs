//! Texts in columns. The standard library's own widths end, with a panic, at 65,535 characters, and a name may be longer.

fn blanks(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.chars().count()))
}

/// The text at the left of a column of `width` characters.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", blanks(text, width))
}

/// The text at the right of a column of `width` characters.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", blanks(text, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_any_width() {
        assert_eq!((left("Ä", 3), right("Ä", 3)), ("Ä  ".into(), "  Ä".into()));
        assert_eq!(
            (left("long", 3), right("long", 3)),
            ("long".into(), "long".into())
        );
        assert_eq!(left("", 100_000).len(), 100_000);
    }
}
