//! Where the time of a training step goes, layer by layer: [`profile`].

use crate::inspect::summary::size;
use crate::training::Compiled;
use crate::training::Model;
use nn_core::__private::columns;
use nn_core::profile::{Cost, measure};
use nn_core::{IntoTensors, Result};
use std::fmt;
use std::time::{Duration, Instant};

/// What a layer cost in one training step, without the layers inside it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LayerProfile {
    /// Path of the layer in the model; the class in brackets for the model itself, and for a layer made inside a `call`.
    pub path: String,
    /// Its class.
    pub class_name: String,
    /// How often it was called.
    pub calls: usize,
    /// Time in its `call`.
    pub forward: Duration,
    /// Time in the gradients of what its `call` computed.
    pub backward: Duration,
    /// Bytes of the values that it kept for those gradients, parameters aside.
    pub kept: usize,
}

/// What a training step cost; prints as a table.
#[derive(Clone, Debug)]
pub struct Profile {
    layers: Vec<LayerProfile>,
    total: Duration,
}

/// Measures one training step on a batch, layer by layer, after one that is not measured and fills caches and memory pools. Both train
/// the model.
///
/// A row is a layer's own time: a model's or block's is what its `call` does beside calling other layers. What belongs to no
/// layer (the loss, metrics, the optimizer) is in the last row, so that the rows add up to the step.
///
/// ```
/// use nn::{losses::MeanSquaredError, optimizers::SGD, Activation, Compile, Dense, Model, Module, Sequential, Tensor};
/// let model = Sequential::new()
///     .add(Dense::new(8).activation(Activation::Relu))
///     .add(Dense::new(1));
/// let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
/// let profile = nn::profile(&mut model, Tensor::ones([16, 4]), Tensor::ones([16, 1]))?;
/// println!("{profile}");
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// As [`Compiled::train_on_batch`].
pub fn profile<M: Model>(
    compiled: &mut Compiled<M>,
    x: impl IntoTensors,
    y: impl IntoTensors,
) -> Result<Profile> {
    let batch = compiled.bound(x, y)?;
    compiled.step(batch.clone().into(), None)?;
    let start = Instant::now();
    let (done, costs) = measure(|| compiled.step(batch.into(), None));
    let total = start.elapsed();
    done?;
    let costs = costs.of(&compiled.model).into_iter();
    Ok(Profile {
        layers: costs.map(LayerProfile::from).collect(),
        total,
    })
}

impl From<Cost> for LayerProfile {
    fn from(cost: Cost) -> LayerProfile {
        LayerProfile {
            path: match cost.path {
                Some(path) if !path.is_empty() => path,
                _ => format!("({})", cost.class_name),
            },
            class_name: cost.class_name.to_string(),
            calls: cost.calls,
            forward: cost.forward,
            backward: cost.backward,
            kept: cost.kept,
        }
    }
}

impl LayerProfile {
    /// Forward and backward.
    pub fn time(&self) -> Duration {
        self.forward + self.backward
    }
}

impl Profile {
    /// The layers that ran, in the order of their first calls.
    pub fn layers(&self) -> &[LayerProfile] {
        &self.layers
    }

    /// The whole step.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// What of the step belongs to no layer: the loss, metrics, the optimizer, the sums of gradients.
    pub fn rest(&self) -> Duration {
        let layers: Duration = self.layers.iter().map(LayerProfile::time).sum();
        self.total.saturating_sub(layers)
    }

    fn cells(&self) -> Vec<[String; 5]> {
        let ms = |time: Duration| format!("{:.3}", time.as_secs_f64() * 1e3);
        let whole = self.total.as_secs_f64().max(f64::MIN_POSITIVE);
        let share = |time: Duration| format!("{:.1} %", time.as_secs_f64() / whole * 100.0);
        let header = ["Layer (type)", "Forward ms", "Backward ms", "Share", "Kept"];
        let mut table = vec![header.map(str::to_string)];
        for layer in &self.layers {
            let name = match layer.path.starts_with('(') {
                true => layer.path.clone(),
                false => format!("{} ({})", layer.path, layer.class_name),
            };
            table.push([
                name,
                ms(layer.forward),
                ms(layer.backward),
                share(layer.time()),
                size(layer.kept),
            ]);
        }
        let row = |name: &str, forward, backward, time, kept: usize| {
            [name.to_string(), forward, backward, share(time), size(kept)]
        };
        table.push(row(
            "loss, optimizer and the rest",
            String::new(),
            ms(self.rest()),
            self.rest(),
            0,
        ));
        let kept = self.layers.iter().map(|layer| layer.kept).sum();
        table.push(row(
            "total",
            String::new(),
            ms(self.total),
            self.total,
            kept,
        ));
        table
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.cells();
        let width = |c: usize| table.iter().map(|row| row[c].chars().count()).max();
        let width: [usize; 5] = std::array::from_fn(|c| width(c).unwrap_or(0));
        for (i, [name, numbers @ ..]) in table.iter().enumerate() {
            f.write_str(&columns::left(name, width[0]))?;
            for (number, &w) in numbers.iter().zip(&width[1..]) {
                write!(f, "  {}", columns::right(number, w))?;
            }
            if i + 1 < table.len() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
