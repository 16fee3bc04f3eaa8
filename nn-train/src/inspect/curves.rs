//! Drawing the curves of a training.

use super::only_svg;
use crate::History;
use crate::saving::write_whole;
use nn_core::{Error, Result};
use plotters::prelude::*;
use std::path::Path;

/// Size of one chart, in pixels.
const CHART: (u32, u32) = (720, 300);

impl History {
    /// Draws the curves as SVG: one chart for each number, training and validation together. With the feature `plot`.
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
                .filter(|v| v.is_finite())
        };
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let margin = if high > low {
            (high - low) * 0.08
        } else {
            high.abs().max(1.0) * 0.08
        };
        // Where the curves do not end.
        let ends = || present.iter().filter_map(|(_, v, _)| v.last());
        let high_ends = ends().filter(|&&v| v > (low + high) / 2.0).count();
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
            .y_label_formatter(&|v| format!("{v:.4}"))
            .draw()?;
        for (label, values, color) in present {
            let points = values
                .iter()
                .enumerate()
                .filter(|(_, v)| v.is_finite())
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
