//! Named numbers in order: losses and metrics of a batch, an epoch or an evaluation.

use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Index;

/// Losses and metrics by name, in the order in which they are shown.
///
/// ```
/// use nn::Scores;
/// let scores: Scores = [("loss", 0.25), ("accuracy", 0.875)].into_iter().collect();
/// assert_eq!(scores["accuracy"], 0.875);
/// assert_eq!(scores.to_string(), "loss: 0.2500 - accuracy: 0.8750");
/// assert_eq!(serde_json::to_string(&scores).unwrap(), r#"{"loss":0.25,"accuracy":0.875}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores(Vec<(String, f64)>);

impl Scores {
    /// The number of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    /// Names and numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(n, v)| (n.as_str(), *v))
    }

    /// The names, joined by commas, for messages.
    pub fn names(&self) -> String {
        self.iter().map(|(n, _)| n).collect::<Vec<_>>().join(", ")
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a number, in its old place if the name is there already.
    pub fn set(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, v)) => *v = value,
            None => self.0.push((name.to_string(), value)),
        }
    }
}

impl<S: Into<String>> FromIterator<(S, f64)> for Scores {
    fn from_iter<I: IntoIterator<Item = (S, f64)>>(entries: I) -> Scores {
        Scores(entries.into_iter().map(|(n, v)| (n.into(), v)).collect())
    }
}

impl<'a> IntoIterator for &'a Scores {
    type Item = (&'a str, f64);
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (String, f64)>,
        fn(&'a (String, f64)) -> (&'a str, f64),
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(n, v)| (n.as_str(), *v))
    }
}

impl Serialize for Scores {
    /// An object of names and numbers: `{"loss": 0.25}`; `null` for one that is not finite, which JSON has no number for.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl Index<&str> for Scores {
    type Output = f64;
    /// # Panics
    /// When there is no such name; [`Scores::get`] returns an `Option`.
    fn index(&self, name: &str) -> &f64 {
        match self.0.iter().find(|(n, _)| n == name) {
            Some((_, value)) => value,
            None => panic!("no score is called `{name}`; there are {}", self.names()),
        }
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" - ")?;
            }
            match value.abs() >= 1e-3 || value == 0.0 {
                true => write!(f, "{name}: {value:.4}")?,
                false => write!(f, "{name}: {value:.4e}")?,
            }
        }
        Ok(())
    }
}
