//! Every layer against the numbers that Keras gives: output, gradients, updated state, losses and configuration.
//!
//! The cases are in `tests/golden/layers`; the README there says what is in them.

use nn_core::registry::{DynLayer, layer_from_config};
use nn_core::trace::trace_with;
use nn_core::{DType, GradientTape, Tensor, UNKNOWN, collect_added, module, random, testing};
use nn_layers::Activation;
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keras computes the cases in f32 as we do, in another order: sums of up to some hundred products of numbers around 1
/// differ by some units in the seventh digit.
const TOLERANCE: f64 = 1e-5;

/// Removes what means nothing: seeds and axes of initializers, and configurations without entries.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let noise = |k: &str, v: &Value| {
                v.is_null() && ["seed", "input_axes", "output_axes"].contains(&k)
                    || k == "config" && v.as_object().is_some_and(Map::is_empty)
            };
            let entries = map.iter().map(|(k, v)| (k.clone(), plain(v)));
            Value::Object(entries.filter(|(k, v)| !noise(k, v)).collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// Whether two configurations, the first one Keras's, say the same; numbers up to their rounding to f32.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            testing::close(a.as_f64().unwrap(), b.as_f64().unwrap(), 1e-7)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            // A layer inside of another one: as for the one around it, Keras's entries that are no settings here have been looked at.
            let is_layer = a.contains_key("trainable");
            let agree = |(k, v): (&String, &Value)| match a.get(k) {
                Some(given) => same(given, v),
                None => is_layer && v.is_null(),
            };
            (is_layer || a.len() == b.len()) && b.iter().all(agree)
        }
        _ => a == b,
    }
}

/// One case: its description and its tensors.
struct Case<'a> {
    description: Value,
    tensors: BTreeMap<String, &'a safetensors::tensor::TensorView<'a>>,
}

impl Case<'_> {
    fn has(&self, what: &str) -> bool {
        self.tensors.contains_key(what)
    }

    fn tensor(&self, what: &str) -> Tensor {
        let view = self
            .tensors
            .get(what)
            .unwrap_or_else(|| panic!("the case has no `{what}`"));
        let words = view
            .data()
            .chunks_exact(4)
            .map(|b| [b[0], b[1], b[2], b[3]]);
        match view.dtype() {
            Dtype::F32 => Tensor::from_vec(words.map(f32::from_le_bytes).collect(), view.shape()),
            Dtype::I32 => Tensor::from_vec(
                words.map(|b| i64::from(i32::from_le_bytes(b))).collect(),
                view.shape(),
            ),
            other => panic!("`{what}` holds {other:?}"),
        }
    }

    /// `input`, or `input.0`, `input.1`, ...
    fn names(&self, what: &str) -> Vec<String> {
        if self.has(what) {
            return vec![what.to_string()];
        }
        (0..)
            .map(|i| format!("{what}.{i}"))
            .take_while(|name| self.has(name))
            .collect()
    }

    fn strings(&self, key: &str) -> Vec<&str> {
        self.description[key]
            .as_array()
            .expect(key)
            .iter()
            .map(|v| v.as_str().expect(key))
            .collect()
    }

    /// Inputs of the case, or some samples of them, with the masks that the case has for them.
    fn masked(&self, mut inputs: Vec<Tensor>) -> Vec<Tensor> {
        for (i, input) in inputs.iter_mut().enumerate() {
            let name = match i {
                0 => "mask".to_string(),
                _ => format!("mask.{i}"),
            };
            if self.has(&name) {
                let (mask, batch) = (self.tensor(&name).not_equal(0), input.shape()[0]);
                let mask = match input.is_abstract() {
                    true => Tensor::abstract_of(mask.shape().with(0, batch), mask.dtype()),
                    false => mask.slice(0..batch),
                };
                *input = input.with_mask(mask);
            }
        }
        inputs
    }

    fn run(&self) {
        let config = json!({
            "class_name": self.description["class_name"],
            "config": self.description["config"],
        });
        let layer = layer_from_config(&config).unwrap_or_else(|e| panic!("{e}"));
        self.check_config(&*layer);
        let input_names = self.names("input");
        let inputs: Vec<Tensor> = input_names.iter().map(|name| self.tensor(name)).collect();
        let inputs = self.masked(inputs);
        let training = self.description["training"].as_bool().expect("training");
        // The weights are made by a first call, which leaves no mark on them: each is set after it.
        let _ = random::with_stream(random::Stream::new(1), || {
            layer.call_dyn(inputs.clone(), false)
        });

        // The `count` of a Normalization is there too where its mean is given, and Keras has none.
        let mut parameters = module::parameters(&*layer);
        parameters.retain(|p| p.path() != "count" || self.strings("weights").contains(&p.path()));
        let paths: Vec<&str> = parameters.iter().map(|p| p.path()).collect();
        assert_eq!(paths, self.strings("weights"), "the weights");
        for p in &parameters {
            p.set_value(&self.tensor(&format!("before/{}", p.path())))
                .expect("a weight");
        }
        let trainable: Vec<_> = parameters.iter().filter(|p| p.trainable()).collect();
        let names: Vec<&str> = trainable.iter().map(|p| p.path()).collect();
        assert_eq!(
            names,
            self.strings("trainable_weights"),
            "the trainable weights"
        );

        self.replays(&*layer, &inputs, training);
        let tape = GradientTape::persistent();
        inputs
            .iter()
            .filter(|x| x.dtype().is_float())
            .for_each(|x| tape.watch(x));
        let (outputs, added) = collect_added(|| layer.call_dyn(inputs.clone(), training));
        let names_of = |what| self.names(what).into_iter().map(|name| self.tensor(&name));
        let expected: Vec<Tensor> = names_of("output").collect();
        assert_eq!(outputs.len(), expected.len(), "the outputs");
        for (output, expected) in outputs.iter().zip(&expected) {
            testing::assert_close(output, expected, TOLERANCE);
        }
        let mask = outputs[0]
            .mask()
            .map(|mask| mask.cast(DType::I64).to_vec::<i64>().unwrap());
        let expected = self
            .has("output_mask")
            .then(|| self.tensor("output_mask").to_vec::<i64>().unwrap());
        assert_eq!(mask, expected, "the mask of the output");

        let mut sources: Vec<(String, Tensor)> = trainable
            .iter()
            .map(|p| (p.path().to_string(), p.value()))
            .collect();
        sources.extend(
            input_names
                .into_iter()
                .zip(inputs)
                .filter(|(_, x)| x.dtype().is_float()),
        );
        let target = outputs
            .iter()
            .zip(names_of("upstream"))
            // Whole numbers, such as indices, count as such.
            .map(|(output, upstream)| (output.cast(upstream.dtype()) * upstream).sum())
            .reduce(|a, b| a + b)
            .expect("an output");
        self.check_gradients("grad", &tape, &target, &sources);

        let mut losses = added.losses.clone();
        losses.extend(
            parameters
                .iter()
                .filter_map(|p| Some(p.regularizer()?.penalty(&p.penalized_in(&added)))),
        );
        assert_eq!(
            losses.is_empty(),
            !self.has("losses"),
            "whether there are losses"
        );
        if !losses.is_empty() {
            testing::assert_close(
                &nn_core::ops::stack(&losses, 0),
                &self.tensor("losses"),
                TOLERANCE,
            );
            let total = losses.into_iter().reduce(|a, b| a + b).expect("a loss");
            self.check_gradients("grad_losses", &tape, &total, &sources);
        }
        for p in parameters
            .iter()
            .filter(|p| training && !self.strings("trainable_weights").contains(&p.path()))
        {
            testing::assert_close(
                &p.value(),
                &self.tensor(&format!("after/{}", p.path())),
                TOLERANCE,
            );
        }
    }

    /// The graph of a trace with an open batch gives the bits of a call.
    fn replays(&self, layer: &dyn DynLayer, inputs: &[Tensor], training: bool) {
        let open = inputs
            .iter()
            .map(|t| Tensor::abstract_of(t.shape().with(0, UNKNOWN), t.dtype()));
        let traced = trace_with(layer, self.masked(open.collect()), training, |inputs| {
            layer.call_dyn(inputs, training)
        });
        let graph = traced.unwrap_or_else(|e| panic!("the trace: {e}"));
        let bits = |tensors: &[Tensor]| -> Vec<Vec<u32>> {
            let values = tensors
                .iter()
                .map(|t| t.cast(DType::F32).to_vec::<f32>().unwrap());
            values
                .map(|v| v.into_iter().map(f32::to_bits).collect())
                .collect()
        };
        let replay = |rows: usize| {
            let inputs = inputs.iter().map(|t| t.without_mask().slice(0..rows));
            let inputs = self.masked(inputs.collect());
            let again = random::with_stream(random::Stream::new(2), || graph.replay(&inputs));
            (inputs, again.unwrap_or_else(|e| panic!("{e} in\n{graph}")))
        };
        // Calls in training write buffers, so those of other sizes come in inference only.
        let rows = inputs[0].shape()[0];
        for rows in if training {
            vec![rows, rows]
        } else {
            vec![rows, 1, rows]
        } {
            let (inputs, again) = replay(rows);
            let before: Vec<Tensor> = module::parameters(layer)
                .iter()
                .map(|p| p.value())
                .collect();
            let called =
                random::with_stream(random::Stream::new(2), || layer.call_dyn(inputs, training));
            assert_eq!(
                bits(&again.outputs),
                bits(&called),
                "the replay of\n{graph}"
            );
            for (p, value) in module::parameters(layer).iter().zip(before) {
                if let Some((_, update)) = again.updates.iter().find(|(path, _)| path == p.path()) {
                    assert_eq!(
                        bits(std::slice::from_ref(update)),
                        bits(&[p.value()]),
                        "{}",
                        p.path()
                    );
                }
                if p.is_buffer() {
                    p.set_value(&value).unwrap();
                }
            }
        }
    }

    /// What is written is what was read: the entries of Keras's configuration that are settings here, with the same values, and beside them
    /// only such that say nothing. (An entry that is none would have been refused.)
    fn check_config(&self, layer: &dyn DynLayer) {
        let keras = plain(&self.description["config"]);
        let ours = plain(&layer.config()["config"]);
        for (key, value) in ours.as_object().expect("entries") {
            let given = keras.get(key).unwrap_or(&Value::Null);
            assert!(
                same(given, value),
                "`{key}` is {value}, in Keras's configuration {given}"
            );
        }
    }

    fn check_gradients(
        &self,
        prefix: &str,
        tape: &GradientTape,
        target: &Tensor,
        sources: &[(String, Tensor)],
    ) {
        let tensors: Vec<Tensor> = sources.iter().map(|(_, t)| t.clone()).collect();
        let gradients = tape
            .gradient_or_zeros(target, &tensors)
            .unwrap_or_else(|e| panic!("{e}"));
        let mut checked = 0;
        for ((name, _), gradient) in sources.iter().zip(gradients) {
            let expected = self.tensor(&format!("{prefix}/{name}"));
            testing::assert_close(&gradient, &expected, TOLERANCE);
            checked += 1;
        }
        let given = self
            .tensors
            .keys()
            .filter(|name| name.starts_with(&format!("{prefix}/")))
            .count();
        assert_eq!(checked, given, "the gradients under {prefix}");
    }
}

/// Calls `f` with the name and content of every case of a file.
fn for_each_case(path: &Path, mut f: impl FnMut(&str, Case<'_>)) {
    let bytes = std::fs::read(path).expect("a readable file");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a safetensors file");
    let file = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let tensors: BTreeMap<String, _> = file.tensors().into_iter().collect();
    for (name, description) in header.metadata().as_ref().expect("descriptions") {
        let description = serde_json::from_str(description).expect("a description in JSON");
        let prefix = format!("{name}/");
        let own = tensors
            .iter()
            .filter_map(|(k, v)| Some((k.strip_prefix(&prefix)?.to_string(), v)));
        f(
            name,
            Case {
                description,
                tensors: own.collect(),
            },
        );
    }
}

/// What `f` panics with, if it does.
fn panic_of(f: impl FnOnce()) -> Option<String> {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    Some(
        text.or(panic.downcast_ref::<&str>().map(|s| s.to_string()))
            .unwrap_or_default(),
    )
}

#[test]
fn activations_agree_with_keras() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/activations.safetensors");
    let mut seen = BTreeSet::new();
    let mut failures = Vec::new();
    for_each_case(&path, |name, case| {
        let description = json!({
            "class_name": case.description["class_name"], "config": case.description["config"]
        });
        let Ok(activation) = serde_json::from_value::<Activation>(description) else {
            failures.push(format!("{name}: no such activation"));
            return;
        };
        seen.insert(case.description["class_name"].to_string());
        failures.extend(
            panic_of(|| {
                let x = case.tensor("input");
                let tape = GradientTape::new();
                tape.watch(&x);
                let y = activation.apply(&x);
                testing::assert_close(&y, &case.tensor("output"), TOLERANCE);
                let gradient = tape
                    .gradient(&(y * case.tensor("upstream")).sum(), &x)
                    .unwrap_or_else(|e| panic!("{e}"));
                testing::assert_close(&gradient, &case.tensor("grad/input"), TOLERANCE);
            })
            .map(|text| format!("{name}: {text}")),
        );
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(seen.len() >= 29, "{seen:?}");
}

#[test]
fn layers_agree_with_keras() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/layers");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases")
        .map(|f| f.expect("a file").path())
        .collect();
    files.sort();
    let (mut count, mut failures) = (0, Vec::new());
    for path in &files {
        for_each_case(path, |name, case| {
            let class_name = case.description["class_name"]
                .as_str()
                .expect("a class name")
                .to_string();
            count += 1;
            failures
                .extend(panic_of(|| case.run()).map(|text| format!("{class_name} {name}: {text}")));
        });
    }
    assert!(
        failures.is_empty(),
        "{} of {count} cases fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count > 0, "no cases in {}", folder.display());
    println!("{count} cases in {} files", files.len());
}
