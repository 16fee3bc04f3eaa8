//! Every layer against the numbers that Keras gives: output, gradients, updated state, losses and configuration.
//!
//! The cases are in `tests/golden/layers`; the README there says what is in them.

use nn_core::registry::{DynLayer, layer_from_config};
use nn_core::trace::trace_with;
use nn_core::{GradientTape, Layer, Module, Result, Tensor, UNKNOWN, module, random, testing};
use nn_layers::{
    Activation, Add, Average, Concatenate, GRU, LSTM, Maximum, Minimum, Multiply, SimpleRNN,
    Subtract, collect_losses,
};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keras computes the cases in f32 as we do, in another order: sums of up to some hundred products of numbers around 1
/// differ by some units in the seventh digit.
const TOLERANCE: f64 = 1e-5;

/// Entries of Keras's configurations that are not settings here, with the value at which they do nothing.
fn neutral() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("activity_regularizer", Value::Null),
        ("data_format", json!("channels_last")),
        ("mask_zero", json!(false)),
        ("noise_shape", Value::Null),
        ("renorm", json!(false)),
        ("renorm_clipping", Value::Null),
        ("renorm_momentum", json!(0.99)),
        ("rms_scaling", json!(false)),
        ("seed", Value::Null),
        ("stateful", json!(false)),
        ("synchronized", json!(false)),
        ("unroll", json!(false)),
        ("zero_output_for_mask", json!(false)),
    ])
}

/// A layer of one input or of several, with one output or several.
trait Runs: Module {
    fn run_on(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor>;
}

struct One(Box<dyn DynLayer>);
struct Several<L>(L);
/// A recurrent layer that is given states or asked for them.
struct WithState<L>(L);

macro_rules! module_of_field {
    () => {
        fn class_name(&self) -> Option<&'static str> {
            self.0.class_name()
        }
        fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
            self.0.visit(visit);
        }
        fn config(&self) -> Value {
            self.0.config()
        }
    };
}

impl Module for One {
    module_of_field!();
    fn from_config(config: &Value) -> Result<One> {
        layer_from_config(config).map(One)
    }
}

impl<L: Module> Module for Several<L> {
    module_of_field!();
    fn from_config(config: &Value) -> Result<Several<L>> {
        L::from_config(config).map(Several)
    }
}

impl Runs for One {
    fn run_on(&self, mut inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        assert_eq!(inputs.len(), 1);
        vec![self.0.call_dyn(inputs.remove(0), training)]
    }
}

impl<L: Layer<Input = Vec<Tensor>, Output = Tensor>> Runs for Several<L> {
    fn run_on(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        vec![self.0.call(inputs, training)]
    }
}

macro_rules! with_state {
    ($($layer:ident: $inputs:ident => $state:expr, $states:pat => $outputs:expr;)*) => {$(
        impl Module for WithState<$layer> {
            module_of_field!();
            fn from_config(config: &Value) -> Result<Self> {
                $layer::from_config(config).map(WithState)
            }
        }

        impl Runs for WithState<$layer> {
            fn run_on(&self, $inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
                assert!(!training, "the cases with states are of inference");
                let (output, $states) = self.0.call_with_state(&$inputs[0], $state);
                [vec![output], $outputs].concat()
            }
        }
    )*};
}
with_state! {
    SimpleRNN: inputs => inputs.get(1).cloned(), h => vec![h];
    GRU: inputs => inputs.get(1).cloned(), h => vec![h];
    LSTM: inputs => inputs.get(1..3).map(|s| [s[0].clone(), s[1].clone()]), [h, c] => vec![h, c];
}

fn make<R: Runs>(config: &Value) -> Result<Box<dyn Runs>> {
    R::from_config(config).map(|r| Box::new(r) as Box<dyn Runs>)
}

fn layer(config: &Value, with_state: bool) -> Result<Box<dyn Runs>> {
    match config["class_name"].as_str().expect("a class name") {
        "SimpleRNN" if with_state => make::<WithState<SimpleRNN>>(config),
        "LSTM" if with_state => make::<WithState<LSTM>>(config),
        "GRU" if with_state => make::<WithState<GRU>>(config),
        "Add" => make::<Several<Add>>(config),
        "Subtract" => make::<Several<Subtract>>(config),
        "Multiply" => make::<Several<Multiply>>(config),
        "Average" => make::<Several<Average>>(config),
        "Maximum" => make::<Several<Maximum>>(config),
        "Minimum" => make::<Several<Minimum>>(config),
        "Concatenate" => make::<Several<Concatenate>>(config),
        _ => make::<One>(config),
    }
}

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

/// Whether two configurations say the same; numbers up to their rounding to f32.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            testing::close(a.as_f64().unwrap(), b.as_f64().unwrap(), 1e-7)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
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

    fn run(&self) {
        let keras = plain(&self.description["config"]);
        let mut config = keras.as_object().expect("a configuration").clone();
        let frozen = config.remove("trainable") == Some(json!(false));
        // Keras leaves this entry out of some configurations when it is not set.
        config.entry("activity_regularizer").or_insert(Value::Null);
        let class_name = &self.description["class_name"];
        let input_names = self.names("input");
        // The states are a matter of the call here, not of the layer.
        let gives_state = config.remove("return_state") == Some(json!(true));
        let is_recurrent = config.contains_key("go_backwards");
        let with_state = gives_state || is_recurrent && input_names.len() > 1;
        let layer = layer(
            &json!({"class_name": class_name, "config": config}),
            with_state,
        )
        .unwrap_or_else(|e| panic!("{e}"));
        self.check_config(&*layer, &config);

        let parameters = module::parameters(&*layer);
        let paths: Vec<&str> = parameters.iter().map(|p| p.path()).collect();
        assert_eq!(paths, self.strings("weights"), "the weights");
        for p in &parameters {
            p.set_value(&self.tensor(&format!("before/{}", p.path())))
                .expect("a weight");
            p.set_trainable(!frozen);
        }
        let trainable: Vec<_> = parameters.iter().filter(|p| p.trainable()).collect();
        let names: Vec<&str> = trainable.iter().map(|p| p.path()).collect();
        assert_eq!(
            names,
            self.strings("trainable_weights"),
            "the trainable weights"
        );

        let inputs: Vec<Tensor> = input_names.iter().map(|name| self.tensor(name)).collect();
        let training = self.description["training"].as_bool().expect("training");
        self.replays(&*layer, &inputs, training);
        let tape = GradientTape::persistent();
        inputs
            .iter()
            .filter(|x| x.dtype().is_float())
            .for_each(|x| tape.watch(x));
        let (mut outputs, mut losses) = collect_losses(|| layer.run_on(inputs.clone(), training));
        if with_state && !gives_state {
            outputs.truncate(1);
        }
        let names_of = |what| self.names(what).into_iter().map(|name| self.tensor(&name));
        let expected: Vec<Tensor> = names_of("output").collect();
        assert_eq!(outputs.len(), expected.len(), "the outputs");
        for (output, expected) in outputs.iter().zip(&expected) {
            testing::assert_close(output, expected, TOLERANCE);
        }

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
            .map(|(output, upstream)| (output * upstream).sum())
            .reduce(|a, b| a + b)
            .expect("an output");
        self.check_gradients("grad", &tape, &target, &sources);

        losses.extend(
            parameters
                .iter()
                .filter_map(|p| Some(p.get_regularizer()?.penalty(&p.value()))),
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
    fn replays(&self, layer: &dyn Runs, inputs: &[Tensor], training: bool) {
        let open = inputs
            .iter()
            .map(|t| Tensor::abstract_of(t.shape().with(0, UNKNOWN), t.dtype()));
        let traced = trace_with(layer, open.collect(), training, |inputs| {
            layer.run_on(inputs, training)
        });
        let graph = traced.unwrap_or_else(|e| panic!("the trace: {e}"));
        let bits = |tensors: &[Tensor]| -> Vec<Vec<u32>> {
            let values = tensors.iter().map(|t| t.to_vec::<f32>().unwrap());
            values
                .map(|v| v.into_iter().map(f32::to_bits).collect())
                .collect()
        };
        let replay = |rows: usize| {
            let inputs: Vec<Tensor> = inputs.iter().map(|t| t.slice(0..rows)).collect();
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
                random::with_stream(random::Stream::new(2), || layer.run_on(inputs, training));
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

    /// Every entry of Keras's is either in ours, with the same value, or one that does nothing.
    fn check_config(&self, layer: &dyn Runs, keras: &Map<String, Value>) {
        let ours = plain(&layer.config()["config"]);
        let neutral = neutral();
        for (key, value) in keras {
            let known = ours.get(key).or(neutral.get(key.as_str()));
            let known =
                known.unwrap_or_else(|| panic!("Keras's configuration has `{key}`: {value}"));
            assert!(
                same(known, value),
                "`{key}` is {known}, in Keras's configuration {value}"
            );
        }
        for key in ours.as_object().expect("entries").keys() {
            assert!(
                keras.contains_key(key),
                "Keras's configuration has no `{key}`"
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

/// Activations with their default arguments; the others of the file are tensor functions.
#[test]
fn activations_agree_with_keras() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/activations.safetensors");
    let mut seen = BTreeSet::new();
    let mut failures = Vec::new();
    for_each_case(&path, |name, case| {
        if !case.description["config"]
            .as_object()
            .is_some_and(|config| config.is_empty() || is_exact_gelu(config))
        {
            return;
        }
        let Ok(activation) =
            serde_json::from_value::<Activation>(case.description["class_name"].clone())
        else {
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
    assert!(seen.len() > 20, "{seen:?}");
}

fn is_exact_gelu(config: &Map<String, Value>) -> bool {
    config.len() == 1 && config.get("approximate") == Some(&json!(false))
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
