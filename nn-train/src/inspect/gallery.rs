//! A picture of many images.

use super::only_svg;
use crate::saving::write_whole;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nn_core::{DType, Error, Result, Shape, Tensor};
use std::fmt::Write;
use std::path::Path;

/// Width and height of a cell's image, in pixels.
const CELL: usize = 84;

/// Between two cells, in pixels.
const GAP: usize = 10;

/// Height of a line of text, in pixels.
const LINE: usize = 18;

/// Images in rows and columns with what they are and what was predicted, as Keras's `plot_image_gallery`. With the feature `plot`.
///
/// Images are `[count, height, width, channels]` of one or three channels, or `[count, height, width]`, of floats in 0 to 1 or `u8`.
///
/// ```
/// use nn::{ImageGallery, Tensor};
///
/// let images = Tensor::zeros([3, 8, 8, 1]);
/// let path = std::env::temp_dir().join("gallery.svg");
/// ImageGallery::new(&images).y_true(["seven", "two", "one"]).y_pred(["one", "two", "one"]).columns(2).plot(&path)?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("seven"));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ImageGallery {
    images: Tensor,
    columns: usize,
    y_true: Vec<String>,
    y_pred: Vec<String>,
}

impl ImageGallery {
    /// Of these images, ten in a row.
    pub fn new(images: impl Into<Tensor>) -> ImageGallery {
        ImageGallery {
            images: images.into(),
            columns: 10,
            y_true: Vec::new(),
            y_pred: Vec::new(),
        }
    }

    /// How many stand in a row.
    pub fn columns(mut self, columns: usize) -> ImageGallery {
        self.columns = columns;
        self
    }

    /// What each image shows, a text or a number each.
    pub fn y_true(mut self, labels: impl IntoIterator<Item = impl ToString>) -> ImageGallery {
        self.y_true = labels.into_iter().map(|l| l.to_string()).collect();
        self
    }

    /// What a model says that each image shows; green where that is right, red where it is not.
    pub fn y_pred(mut self, labels: impl IntoIterator<Item = impl ToString>) -> ImageGallery {
        self.y_pred = labels.into_iter().map(|l| l.to_string()).collect();
        self
    }

    /// Writes the picture as SVG.
    ///
    /// # Errors
    /// Images of another shape or type, another number of labels than of images, no images or columns, a path that does not end in `.svg`,
    /// a file that cannot be written.
    pub fn plot(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        only_svg(path, "gallery")?;
        let (pixels, [count, height, width, channels]) = self.pixels()?;
        for (name, labels) in [("y_true", &self.y_true), ("y_pred", &self.y_pred)] {
            if !labels.is_empty() && labels.len() != count {
                return Err(Error::value(format!(
                    "{name}: expected a label for each of the {count} images, found {}",
                    labels.len()
                )));
            }
        }
        if self.columns == 0 {
            return Err(Error::value("a gallery needs at least one column, found 0"));
        }
        let mut cells = String::new();
        let lines = [&self.y_true, &self.y_pred]
            .iter()
            .filter(|l| !l.is_empty())
            .count();
        let columns = self.columns.min(count);
        let (across, down) = (CELL + GAP, CELL + lines * LINE + GAP);
        for (i, image) in pixels.chunks(height * width * channels).enumerate() {
            let (x, y) = (GAP + i % columns * across, GAP + i / columns * down);
            let _ = writeln!(
                cells,
                "<image x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" preserveAspectRatio=\"xMidYMid\" image-rendering=\"pixelated\" \
                 href=\"data:image/png;base64,{}\"/>",
                STANDARD.encode(png(image, [height, width, channels])?)
            );
            self.label(i, x + CELL / 2, y + CELL, &mut cells);
        }
        let size = (GAP + columns * across, GAP + count.div_ceil(columns) * down);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" text-anchor=\"middle\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{cells}</svg>\n",
            size.0, size.1
        );
        write_whole(path, svg.as_bytes())
    }

    /// What stands below image `i`.
    fn label(&self, i: usize, middle: usize, mut bottom: usize, out: &mut String) {
        let (is, said) = (self.y_true.get(i), self.y_pred.get(i));
        let color = match (is, said) {
            (Some(a), Some(b)) if a == b => "#2e7d4f",
            (Some(_), Some(_)) => "#b3372f",
            _ => "#1c242b",
        };
        for (text, color) in [(is, "#1c242b"), (said, color)] {
            let Some(text) = text else { continue };
            bottom += LINE;
            let _ = writeln!(
                out,
                "<text x=\"{middle}\" y=\"{}\" fill=\"{color}\">{}</text>",
                bottom - 4,
                crate::inspect::plot::svg::escape(text)
            );
        }
    }

    /// The images as bytes, and their sizes.
    fn pixels(&self) -> Result<(Vec<u8>, [usize; 4])> {
        let images = self.images.clone().into_result()?;
        let shape: Shape = images.shape();
        let sizes = match shape[..] {
            [count, height, width] => [count, height, width, 1],
            [count, height, width, channels @ (1 | 3)] => [count, height, width, channels],
            _ => {
                return Err(Error::shape(format!(
                    "a gallery shows images of shape [count, height, width, channels] with 1 or 3 channels, found {shape}"
                )));
            }
        };
        if shape.num_elements() == 0 {
            return Err(Error::shape(format!("a gallery of no pixels: {shape}")));
        }
        let bytes = match images.dtype() {
            DType::U8 => images,
            DType::F32 | DType::F64 => (images.clip(0.0, 1.0) * 255.0).round().cast(DType::U8),
            other @ (DType::I64 | DType::Bool) => {
                return Err(Error::dtype(format!(
                    "a gallery shows floats in 0 to 1 or u8, found {other}"
                )));
            }
        };
        Ok((bytes.to_vec::<u8>()?, sizes))
    }
}

/// One image as PNG.
fn png(pixels: &[u8], [height, width, channels]: [usize; 3]) -> Result<Vec<u8>> {
    let error = |e: png::EncodingError| Error::other(e);
    let side = |n: usize| {
        u32::try_from(n).map_err(|_| {
            Error::shape(format!(
                "an image of {n} pixels on a side is too large for PNG"
            ))
        })
    };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side(width)?, side(height)?);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match channels {
        1 => png::ColorType::Grayscale,
        _ => png::ColorType::Rgb,
    });
    let mut writer = encoder.write_header().map_err(error)?;
    writer.write_image_data(pixels).map_err(error)?;
    writer.finish().map_err(error)?;
    Ok(out)
}
