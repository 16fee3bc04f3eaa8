//! What training went through, epoch by epoch.

use crate::metrics::Scores;
use serde::{Serialize, Serializer};
use std::ops::Index;

/// Losses and metrics of every epoch, by name.
///
/// ```
/// use nn::{History, Scores};
/// let mut history = History::new();
/// history.push(&[("loss", 0.5)].into_iter().collect());
/// history.push(&[("loss", 0.25)].into_iter().collect());
/// assert_eq!(history["loss"], [0.5, 0.25]);
/// assert_eq!(serde_json::to_string(&history).unwrap(), r#"{"loss":[0.5,0.25]}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    curves: Vec<(String, Vec<f64>)>,
    epochs: usize,
}

impl History {
    /// Without epochs.
    pub fn new() -> History {
        History::default()
    }

    /// Adds an epoch. A name that was not there before has NaN for the epochs before.
    pub fn push(&mut self, scores: &Scores) {
        for (name, value) in scores.iter() {
            let i = match self.curves.iter().position(|(n, _)| n == name) {
                Some(i) => i,
                None => {
                    self.curves
                        .push((name.to_string(), vec![f64::NAN; self.epochs]));
                    self.curves.len() - 1
                }
            };
            self.curves[i].1.push(value);
        }
        self.epochs += 1;
        for (_, curve) in &mut self.curves {
            curve.resize(self.epochs, f64::NAN);
        }
    }

    /// How many epochs there are.
    pub fn epochs(&self) -> usize {
        self.epochs
    }

    /// The numbers of that name, one an epoch.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.curves
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_slice())
    }

    /// Names and numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.curves.iter().map(|(n, v)| (n.as_str(), v.as_slice()))
    }
}

/// A name and its numbers, as [`History`] gives them.
type Curve<'a> = (&'a str, &'a [f64]);

impl<'a> IntoIterator for &'a History {
    type Item = Curve<'a>;
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (String, Vec<f64>)>,
        fn(&'a (String, Vec<f64>)) -> Curve<'a>,
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.curves.iter().map(|(n, v)| (n.as_str(), v.as_slice()))
    }
}

impl Serialize for History {
    /// An object of names and lists, one number an epoch: `{"loss": [0.5, 0.25]}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl Index<&str> for History {
    type Output = Vec<f64>;
    /// # Panics
    /// When there is no such name; [`History::get`] returns an `Option`.
    fn index(&self, name: &str) -> &Vec<f64> {
        match self.curves.iter().find(|(n, _)| n == name) {
            Some((_, curve)) => curve,
            None => {
                let known: Vec<&str> = self.iter().map(|(n, _)| n).collect();
                panic!(
                    "no curve is called `{name}`; there are {}",
                    known.join(", ")
                )
            }
        }
    }
}
