//! Names that are told apart.

use std::collections::{HashMap, HashSet};

/// The names, those that come again with a number after them, as Keras numbers its layers: `dense`, `dense_1`. What is there once keeps its name.
pub(super) fn unique(names: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let mut numbers: HashMap<String, usize> = HashMap::with_capacity(names.len());
    let own = |name: String| {
        // Where it stopped for this name: names are not looked through from the first number again.
        let Some(number) = numbers.get_mut(&name) else {
            numbers.insert(name.clone(), 0);
            return name;
        };
        loop {
            *number += 1;
            let numbered = format!("{name}_{number}");
            if taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    };
    names.into_iter().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn numbers_what_comes_again_around_what_is_called_so() {
        let names = ["a", "a", "a_1", "b", "a", "b_1"]
            .map(String::from)
            .to_vec();
        assert_eq!(unique(names), ["a", "a_2", "a_1", "b", "a_3", "b_1"]);
    }
}
