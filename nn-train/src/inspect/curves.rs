//! Drawing the curves of a training.

use super::only_svg;
use crate::History;
use crate::saving::write_whole;
use nn_core::{Error, Result};
use plotters::prelude::*;
use std::path::Path;

/// Size of one chart, in pixels.
const CHART: (u32, u32) = (720, 300);

/// The greatest size of a number that is drawn: the distance of two such, with margins, is a finite number, as the axes need it.
const MOST: f64 = 1e300;

/// Numbers that are nearer than this share of their size are drawn as one: axes cannot be divided where their steps are lost in rounding.
const LEAST_SHARE: f64 = 1e-9;

/// Whether a number has a place in a chart. One that has none is left out of its curve.
fn is_drawn(value: f64) -> bool {
    value.abs() <= MOST
}

/// A number at an axis: with its power of ten where it would be too long otherwise.
fn label(value: f64) -> String {
    match value.abs() < 1e9 {
        true => format!("{value:.4}"),
        false => format!("{value:.3e}"),
    }
}

impl History {
    /// Draws the curves as SVG: one chart for each number, training and validation together. With the feature `plot`. Epochs without a
    /// number (NaN), and those whose number is infinite or beyond ±1e300, are left out of a curve.
    ///
    /// # Errors
    /// When there are no epochs, the path does not end in `.svg`, or the file cannot be written.
    pub fn plot(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        only_svg(path, "history")?;
        if self.epochs() == 0 {
            return Err(Error::value("a history without epochs has nothing to draw"));
        }
        let svg = self
            .draw()
            .map_err(|e| Error::value(format!("{}: {e}", path.display())))?;
        write_whole(path, svg.as_bytes())
    }

    /// The names without `val_`, each once.
    fn charts(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.iter() {
            let plain = name.strip_prefix("val_").unwrap_or(name);
            if !names.contains(&plain) {
                names.push(plain);
            }
        }
        names
    }

    fn draw(&self) -> std::result::Result<String, Box<dyn std::error::Error>> {
        let charts = self.charts();
        let mut svg = String::new();
        {
            let size = (CHART.0, CHART.1 * charts.len() as u32);
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&WHITE)?;
            for (part, name) in area.split_evenly((charts.len(), 1)).iter().zip(charts) {
                self.draw_chart(part, name)?;
            }
            area.present()?;
        }
        Ok(svg)
    }

    fn draw_chart(
        &self,
        area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        name: &str,
    ) -> std::result::Result<(), Box<dyn std::error::Error>> {
        let validation = format!("val_{name}");
        let curves = [
            ("training", name, BLUE),
            ("validation", validation.as_str(), RED),
        ];
        let present: Vec<_> = curves
            .iter()
            .filter_map(|(label, n, color)| Some((*label, self.get(n)?, *color)))
            .collect();
        let finite = || {
            present
                .iter()
                .flat_map(|(_, v, _)| v.iter().copied())
                .filter(|&v| is_drawn(v))
        };
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let size = low.abs().max(high.abs());
        let margin = if high - low > size * LEAST_SHARE {
            (high - low) * 0.08
        } else {
            size.max(1.0) * 0.08
        };
        // Where the curves do not end.
        let ends = || present.iter().filter_map(|(_, v, _)| v.last());
        let high_ends = ends().filter(|&&v| v > low / 2.0 + high / 2.0).count();
        let corner = match 2 * high_ends >= ends().count() {
            true => SeriesLabelPosition::LowerRight,
            false => SeriesLabelPosition::UpperRight,
        };
        let last = self.epochs().max(2) as f64;
        let mut chart = ChartBuilder::on(area)
            .caption(name, ("sans-serif", 16))
            .margin(10)
            .x_label_area_size(32)
            .y_label_area_size(64)
            .build_cartesian_2d(1.0..last, low - margin..high + margin)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("epoch")
            .x_labels(self.epochs().clamp(2, 10))
            .x_label_formatter(&|v| format!("{v:.0}"))
            .y_label_formatter(&|&v| label(v))
            .draw()?;
        for (label, values, color) in present {
            let points = values
                .iter()
                .enumerate()
                .filter(|(_, v)| is_drawn(**v))
                .map(|(i, v)| ((i + 1) as f64, *v));
            let points: Vec<(f64, f64)> = points.collect();
            chart
                .draw_series(
                    LineSeries::new(points.iter().copied(), color.stroke_width(2)).point_size(3),
                )?
                .label(label)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .position(corner)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .draw()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{History, Scores};
    use std::sync::mpsc;
    use std::time::Duration;

    /// The picture of a curve; a drawing that does not end is a failure and not a test that hangs.
    fn drawn(losses: &[f64]) -> String {
        let mut history = History::new();
        for &loss in losses {
            history.push(&[("loss", loss)].into_iter().collect::<Scores>());
        }
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || send.send(history.draw().map_err(|e| e.to_string())));
        receive
            .recv_timeout(Duration::from_secs(20))
            .unwrap_or_else(|e| panic!("{losses:?}: {e}"))
            .unwrap()
    }

    #[test]
    fn numbers_of_any_size_are_drawn_or_left_out() {
        let (most, nan) = (f64::MAX, f64::NAN);
        for losses in [
            &[1e308, -1e308][..],
            &[most, -most, nan, f64::INFINITY],
            &[1e300, -1e300],
            &[1e300, 1e300],
            &[1e300, 1.0],
            &[1e16, 1e16 + 2.0],
            &[1e16, 1e16 + 4.0, 1e16 + 2.0],
            &[1.0, 1.0 + f64::EPSILON],
            &[5e-324, 0.0],
            &[1e-20, 3e-20],
            &[most],
            &[nan],
        ] {
            assert!(drawn(losses).contains("</svg>"), "{losses:?}");
        }
        // What has no place leaves the others theirs.
        assert!(drawn(&[1e308, 0.5, 0.25]).contains("0.5000"));
    }
}
