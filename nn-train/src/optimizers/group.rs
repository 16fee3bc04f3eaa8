//! Parameters that are trained with settings of their own.

use super::{IntoLearningRate, LearningRate};
use serde::{Deserialize, Serialize};

/// What an optimizer does differently for the parameters whose paths fit a pattern, in which `*` stands for anything: `base.*` is
/// all below `base`, `*.bias` every bias. Made with `group` of the optimizer; the first group that fits a parameter counts for it.
///
/// ```
/// use nn::optimizers::{AdamW, Optimizer};
/// let optimizer = AdamW::new(1e-3)
///     .group("base.*", |g| g.learning_rate(1e-4))
///     .group("*.bias", |g| g.weight_decay(0.0));
/// assert_eq!(optimizer.config()["config"]["groups"][0]["pattern"], "base.*");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Group {
    pub(super) pattern: String,
    pub(super) learning_rate: Option<LearningRate>,
    pub(super) weight_decay: Option<f64>,
}

impl Group {
    pub(super) fn new(pattern: String) -> Group {
        Group {
            pattern,
            learning_rate: None,
            weight_decay: None,
        }
    }

    /// A learning rate, a number or a schedule, in place of the optimizer's. Setting the optimizer's leaves it as it is.
    pub fn learning_rate(mut self, learning_rate: impl IntoLearningRate) -> Group {
        self.learning_rate = Some(learning_rate.into_learning_rate());
        self
    }

    /// A weight decay in place of the optimizer's; 0 for none.
    pub fn weight_decay(mut self, weight_decay: f64) -> Group {
        self.weight_decay = Some(weight_decay);
        self
    }

    /// Whether the parameter at a path is one of the group.
    pub(super) fn fits(&self, path: &str) -> bool {
        fits(self.pattern.as_bytes(), path.as_bytes())
    }
}

/// Whether a text fits a pattern. After each `*`, what follows it is looked for from the left; where that leads nowhere, the last `*`
/// takes one letter more.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                last = Some((p, t));
                p += 1;
            }
            Some(c) if *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match last {
                Some((star, from)) => {
                    last = Some((star, from + 1));
                    (p, t) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let fits = |pattern: &str, path: &str| Group::new(pattern.to_string()).fits(path);
        for (pattern, path) in [
            ("base.*", "base.conv1.kernel"),
            ("*.bias", "head.bias"),
            ("*", "kernel"),
            ("a.*.b.*", "a.x.b.b.kernel"),
            ("*abc", "ababc"),
            ("kernel", "kernel"),
            ("**", ""),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("base.*", "database.kernel"),
            ("*.bias", "bias"),
            ("base", "base.kernel"),
            ("*abc", "ababcd"),
            ("", "kernel"),
        ] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }
}
