//! Windows over time.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A window over time, under SciPy's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// All 1.
    Boxcar,
    /// A triangle that does not reach 0.
    Triang,
    /// A triangle from 0 to 0.
    Bartlett,
    /// Two cosines folded.
    Bohman,
    /// Half a cosine.
    Cosine,
    /// A raised cosine that reaches 0.
    Hann,
    /// A raised cosine that does not reach 0.
    Hamming,
    /// Three cosines.
    Blackman,
    /// Four cosines, Nuttall's.
    Nuttall,
    /// Four cosines, Blackman's and Harris's.
    Blackmanharris,
    /// Five cosines.
    Flattop,
}

crate::spelled!(Window);

impl Window {
    /// The window of `n` numbers, as `scipy.signal.get_window`; a periodic one leaves out the last of `n + 1`.
    ///
    /// ```
    /// use nn::Window;
    /// assert_eq!(Window::Hann.values(3, false), [0.0, 1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// As any `Vec` when there is no memory for `n` numbers. [`Window::value`] asks for none.
    pub fn values(self, n: usize, periodic: bool) -> Vec<f64> {
        (0..n).map(|i| self.value(i, n, periodic)).collect()
    }

    /// Number `i` of [`Window::values`].
    ///
    /// ```
    /// use nn::Window;
    /// assert_eq!(Window::Hann.value(1, 3, false), 1.0);
    /// ```
    pub fn value(self, i: usize, n: usize, periodic: bool) -> f64 {
        if n <= 1 {
            return 1.0;
        }
        let whole = if periodic { n.saturating_add(1) } else { n };
        let last = (whole - 1) as f64;
        let cosines = |i: f64, weights: &[f64]| {
            // From -π to π, as SciPy does.
            let x = -PI + 2.0 * PI * i / last;
            let waves = weights.iter().enumerate();
            waves.map(|(k, w)| w * (k as f64 * x).cos()).sum()
        };
        let i = i as f64;
        match self {
            Window::Boxcar => 1.0,
            Window::Triang => {
                let half = (i + 1.0).min(whole as f64 - i);
                match whole % 2 {
                    0 => (2.0 * half - 1.0) / whole as f64,
                    _ => 2.0 * half / (whole as f64 + 1.0),
                }
            }
            Window::Bartlett => 1.0 - (2.0 * i / last - 1.0).abs(),
            Window::Bohman => {
                let x = (2.0 * i / last - 1.0).abs();
                match x < 1.0 {
                    true => (1.0 - x) * (PI * x).cos() + (PI * x).sin() / PI,
                    false => 0.0,
                }
            }
            Window::Cosine => (PI / whole as f64 * (i + 0.5)).sin(),
            Window::Hann => cosines(i, &[0.5, 0.5]),
            Window::Hamming => cosines(i, &[0.54, 0.46]),
            Window::Blackman => cosines(i, &[0.42, 0.5, 0.08]),
            Window::Nuttall => cosines(i, &[0.3635819, 0.4891775, 0.1365995, 0.0106411]),
            Window::Blackmanharris => cosines(i, &[0.35875, 0.48829, 0.14128, 0.01168]),
            Window::Flattop => cosines(
                i,
                &[
                    0.21557895,
                    0.41663158,
                    0.277263158,
                    0.083578947,
                    0.006947368,
                ],
            ),
        }
    }
}
