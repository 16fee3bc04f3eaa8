//! Layers of preprocessing in models: what they learned is saved, and what they draw has the same bits on any number of threads.

use nn::prelude::*;
use nn::random::{Stream, with_stream};
use rayon::ThreadPoolBuilder;

fn bits<L: Layer<Input = Tensor, Output = Tensor>>(layer: &L, threads: usize) -> Vec<Vec<u32>> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads").install(|| {
        let x = with_stream(Stream::new(1), || Tensor::random_uniform([9, 61, 47, 3]));
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = with_stream(Stream::new(2), || layer.call(&x * 255.0, true));
        let gradient = tape.gradient(&y.square().sum(), &x).expect("a gradient");
        let of = |t: Tensor| {
            t.to_vec::<f32>()
                .expect("numbers")
                .into_iter()
                .map(f32::to_bits)
                .collect()
        };
        vec![of(y), of(gradient)]
    })
}

macro_rules! same {
    ($($layer:expr),+ $(,)?) => {$(
        let layer = $layer;
        let one = bits(&layer, 1);
        for threads in [2, 5] {
            assert!(bits(&layer, threads) == one, "{layer:?} on {threads} threads");
        }
    )+};
}

#[test]
fn the_bits_do_not_depend_on_the_threads() {
    same!(
        RandomFlip::new(),
        RandomCrop::new(40, 30),
        RandomRotation::new(0.3),
        RandomZoom::new(0.3),
        RandomPerspective::new(),
        RandomElasticTransform::new(),
        RandomContrast::new(0.3),
        RandomHue::new(0.3),
        RandomErasing::new(),
        MixUp::new(),
        CutMix::new(),
        RandAugment::new(),
        AugMix::new().num_chains(2).chain_depth(1),
        RandomGaussianBlur::new(),
        Resizing::new(40, 50),
    );
}

#[derive(Model)]
struct Classifier {
    #[model(unused)]
    vectorize: TextVectorization,
    #[model(unused)]
    categories: StringLookup,
    normalize: Normalization,
    embedding: Embedding,
    output: Dense,
}

#[model]
impl Classifier {
    fn new() -> Classifier {
        Classifier {
            vectorize: TextVectorization::new().output_sequence_length(4),
            categories: StringLookup::new().num_oov_indices(0),
            normalize: Normalization::new(),
            embedding: Embedding::new(20, 3),
            output: Dense::new(2),
        }
    }

    fn call(&self, words: Tensor, numbers: Tensor) -> Tensor {
        let text = self.embedding(words).mean_axis(1);
        self.output(concatenate([text, self.normalize(numbers)], -1))
    }
}

#[test]
fn what_was_learned_is_saved_with_the_model() {
    let texts = ["to be or not to be", "be not afraid"];
    let numbers = Tensor::from([[1.0_f32, 20.0], [3.0, 60.0]]);
    let mut model = Classifier::new();
    model.vectorize.adapt(&texts).expect("words");
    model
        .categories
        .adapt(&["yes", "no", "yes"])
        .expect("texts");
    model.normalize.adapt(&numbers).expect("numbers");
    let run = |model: &Classifier| {
        let words = model.vectorize.call_text(&texts);
        let output = model.forward((words, numbers.clone()));
        output.to_vec::<f32>().expect("numbers")
    };
    let expected = run(&model);
    let path = std::env::temp_dir().join(format!(
        "nn_preprocessing_{}.safetensors",
        std::process::id()
    ));
    model.save_model(&path).expect("a file");
    let loaded = Classifier::load_model(&path).expect("the model");
    std::fs::remove_file(&path).expect("the file");
    assert_eq!(
        loaded.vectorize.get_vocabulary(),
        model.vectorize.get_vocabulary()
    );
    assert_eq!(loaded.categories.get_vocabulary(), ["yes", "no"]);
    assert_eq!(run(&loaded), expected);
    let error = loaded
        .categories
        .call_text(&["maybe"])
        .into_result()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`maybe` is not in the vocabulary"),
        "{error}"
    );
}
