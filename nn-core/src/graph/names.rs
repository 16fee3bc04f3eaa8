//! What the inputs and outputs of a graph are called: names that are told apart.

use crate::graph::graph::{Graph, ValueId};
use std::collections::{HashMap, HashSet};

impl Graph {
    /// The name of each input, as summaries, plots and exported files call it: that of its field, if the input is a struct, or its own in a
    /// Functional model; else `input`, or `input_1`, `input_2`, … where there are several.
    ///
    /// ```
    /// use nn::prelude::*;
    /// let x = Input::new([3]).name("features");
    /// let model: Functional<Tensor, Tensor> = Functional::new(x.clone(), Dense::new(1).on(&x))?;
    /// assert_eq!(model.trace([3])?.input_names(), ["features"]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn input_names(&self) -> Vec<String> {
        let name = |i: usize| match self.given_name(i) {
            Some(name) => name.to_string(),
            None if self.inputs.len() == 1 => "input".to_string(),
            None => format!("input_{}", i + 1),
        };
        unique((0..self.inputs.len()).map(name).collect())
    }

    /// The name that the structure of the inputs gives one of them.
    pub(super) fn given_name(&self, input: usize) -> Option<&str> {
        let name = self.input_names.get(input)?;
        (!name.is_empty()).then_some(name)
    }

    /// The name of each output: that of its field, if the output is a struct, else the path of the outermost layer below the model that made it, or `output_1`, `output_2`, … for what no
    /// layer made. No two are the same: of a layer that made several, the second is `dense_1`.
    pub fn output_names(&self) -> Vec<String> {
        let name = |(i, value): (usize, &ValueId)| {
            if let Some(name) = self.names.get(i).filter(|name| !name.is_empty()) {
                return name.clone();
            }
            self.calls
                .iter()
                .filter(|call| call.parent == Some(0))
                .find(|call| call.outputs.contains(value))
                .map_or_else(|| format!("output_{}", i + 1), |call| call.path.clone())
        };
        unique(self.outputs.iter().enumerate().map(name).collect())
    }
}

/// The names, those that come again with a number after them, as Keras numbers its layers: `dense`, `dense_1`. What is there once keeps its name.
fn unique(names: Vec<String>) -> Vec<String> {
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
