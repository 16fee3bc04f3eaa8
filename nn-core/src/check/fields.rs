//! The fields of a struct by their names, for generated code: a model may have thousands of them.

use crate::ShapeError;

/// The place of a name among groups of sorted ones, those of the fields of each type: the number of the group, and that in it. The number of
/// groups if it is in none.
pub const fn position(groups: &[&[&str]], name: &str) -> (usize, usize) {
    let mut group = 0;
    while group < groups.len() {
        let names = groups[group];
        let (mut from, mut to) = (0, names.len());
        while from < to {
            let middle = (from + to) / 2;
            match order(names[middle].as_bytes(), name.as_bytes()) {
                0 => return (group, middle),
                n if n < 0 => from = middle + 1,
                _ => to = middle,
            }
        }
        group += 1;
    }
    (group, 0)
}

/// Which of some fields, by their sorted names, the methods of a block use, by what they mention, sorted too. All of them, if a method
/// mentions something else: it may be a method from elsewhere. What is called as a function ends with `(`; it may be a field all the same,
/// the `self.` of which was forgotten.
pub const fn used<const N: usize>(names: &[&str; N], mentioned: &[&str]) -> [bool; N] {
    let mut used = [false; N];
    let (mut i, mut k) = (0, 0);
    while k < mentioned.len() {
        let (name, is_function) = match mentioned[k].as_bytes() {
            [name @ .., b'('] => (name, true),
            name => (name, false),
        };
        while i < N && order(names[i].as_bytes(), name) < 0 {
            i += 1;
        }
        if i < N && order(names[i].as_bytes(), name) == 0 {
            used[i] = true;
        } else if !is_function {
            return [true; N];
        }
        k += 1;
    }
    used
}

/// The place of a layer that is not used: the first for `nth` 0, the second for 1. `None` if there are fewer.
pub const fn unused(is_used: &[bool], nth: usize) -> Option<usize> {
    let (mut i, mut before) = (0, 0);
    while i < is_used.len() {
        if !is_used[i] {
            if before == nth {
                return Some(i);
            }
            before += 1;
        }
        i += 1;
    }
    None
}

/// Fails for a layer, by its name, if its place is that of one that is not used.
///
/// # Panics
/// With the message that ends the compilation.
#[track_caller]
pub const fn must_be_used(unused: Option<usize>, place: usize, name: &str) {
    match unused {
        Some(unused) if unused == place => {}
        _ => return,
    }
    let error = ShapeError::new("layer `").text(name).text(
        "` is declared but `call` never uses it: its parameters would never train (allow with `#[model(unused)]` on the field)",
    );
    panic!("{}", error.message());
}

/// Less than, equal to or greater than 0 as `a` comes before, is or comes after `b`.
const fn order(a: &[u8], b: &[u8]) -> isize {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] as isize - b[i] as isize;
        }
        i += 1;
    }
    a.len() as isize - b.len() as isize
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["a", "ab", "b", "c"];

    #[test]
    fn names_are_found_and_others_are_not() {
        let groups: [&[&str]; 2] = [&["b", "z"], &NAMES];
        let places = ["a", "ab", "c", "b", "z"].map(|name| position(&groups, name));
        assert_eq!(places, [(1, 0), (1, 1), (1, 3), (0, 0), (0, 1)]);
        let strangers = ["", "aa", "abc", "d"].map(|name| position(&groups, name));
        assert_eq!(strangers, [(2, 0); 4]);
    }

    #[test]
    fn what_is_mentioned_is_used_and_a_stranger_may_use_everything() {
        assert_eq!(used(&NAMES, &["a", "c"]), [true, false, false, true]);
        assert_eq!(
            used(&NAMES, &["a(", "ab", "stack("]),
            [true, true, false, false]
        );
        assert_eq!(used(&NAMES, &[]), [false; 4]);
        for stranger in ["*", "aa", "z"] {
            assert_eq!(used(&NAMES, &["a", stranger]), [true; 4], "{stranger}");
        }
        assert_eq!(used(&["z"], &["*", "z"]), [true]);
    }

    #[test]
    fn unused_ones_are_found_one_by_one() {
        let found = [0, 1, 2].map(|nth| unused(&[true, false, true, false], nth));
        assert_eq!(found, [Some(1), Some(3), None]);
    }
}
