//! Changes of images by chance have the same bits on any number of threads.

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
        RandomContrast::new(0.3),
        RandomHue::new(0.3),
        RandomErasing::new(),
        RandomGaussianBlur::new(),
        Resizing::new(40, 50),
    );
}
