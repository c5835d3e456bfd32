//! Algorithms against petgraph and against plain definitions, on drawn graphs.

use petgraph::graph::{NodeIndex, UnGraph};
use proptest::prelude::*;

use super::Graph;
use super::algorithms::*;

fn drawn() -> impl Strategy<Value = (usize, Vec<(u32, u32)>)> {
    (1_usize..40).prop_flat_map(|n| {
        let end = 0..n as u32;
        (Just(n), prop::collection::vec((end.clone(), end), 0..120))
    })
}

fn graph(n: usize, edges: &[(u32, u32)], directed: bool) -> Graph {
    let (sources, targets): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
    Graph::new(n, &sources, &targets, &[], directed)
}

fn weights(edges: &[(u32, u32)]) -> Vec<f64> {
    edges.iter().map(|(a, b)| f64::from((a * 7 + b * 13) % 10) / 4.0).collect()
}

fn beside(n: usize, edges: &[(u32, u32)]) -> UnGraph<(), f64> {
    let mut graph = UnGraph::default();
    (0..n).for_each(|_| {
        graph.add_node(());
    });
    for ((a, b), weight) in edges.iter().zip(weights(edges)) {
        graph.add_edge(NodeIndex::new(*a as usize), NodeIndex::new(*b as usize), weight);
    }
    graph
}

proptest! {
    #[test]
    fn rows_hold_every_arc_in_order((n, edges) in drawn()) {
        let graph = graph(n, &edges, true);
        let mut arcs: Vec<(u32, u32)> = graph.all().flat_map(|v| graph.out(v).iter().map(move |to| (v, *to))).collect();
        let mut backward: Vec<(u32, u32)> = graph.all().flat_map(|v| graph.incoming(v).iter().map(move |f| (*f, v))).collect();
        let mut given = edges.clone();
        given.sort_unstable();
        backward.sort_unstable();
        prop_assert_eq!(&arcs, &given);
        prop_assert_eq!(&backward, &given);
        arcs.dedup();
        prop_assert!(arcs.is_sorted());
    }

    #[test]
    fn rows_put_together_in_place_are_the_same((n, edges) in drawn()) {
        let (sources, targets): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        let kept = |edge: usize| edge % 3 != 1;
        let of = |ends: &[u32]| (0..ends.len()).filter(|e| kept(*e)).map(|e| ends[e]).collect::<Vec<u32>>();
        let numbers: Vec<f64> = (0..edges.len()).filter(|e| kept(*e)).map(|e| e as f64).collect();
        let beside = Graph::new(n, &of(&sources), &of(&targets), &numbers, false);
        let own = Graph::in_place(n, &sources, &targets, |edge| kept(edge).then_some(edge as f64));
        for v in beside.all() {
            prop_assert_eq!(own.out(v), beside.out(v));
            prop_assert_eq!(own.rows().weights(v), beside.rows().weights(v));
        }
    }

    #[test]
    fn components_are_those_of_petgraph((n, edges) in drawn()) {
        let own = components(&graph(n, &edges, true));
        let mut roots = own.clone();
        roots.sort_unstable();
        roots.dedup();
        prop_assert_eq!(roots.len(), petgraph::algo::connected_components(&beside(n, &edges)));
        prop_assert!(edges.iter().all(|(a, b)| own[*a as usize] == own[*b as usize]));
        prop_assert!((0..).zip(&own).all(|(v, c)| *c <= v && own[*c as usize] == *c));
    }

    #[test]
    fn distances_are_those_of_petgraph((n, edges) in drawn()) {
        let (sources, targets): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        let own = shortest_distances(&Graph::new(n, &sources, &targets, &weights(&edges), false), 0);
        let other = petgraph::algo::dijkstra(&beside(n, &edges), NodeIndex::new(0), None, |e| *e.weight());
        for (v, length) in own.iter().enumerate() {
            let expected = other.get(&NodeIndex::new(v)).copied().unwrap_or(f64::INFINITY);
            prop_assert!(*length == expected || (length - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn ranks_sum_to_one_and_both_methods_agree((n, edges) in drawn()) {
        let mut both = edges.clone();
        both.extend(edges.iter().filter(|(a, b)| a != b).map(|(a, b)| (*b, *a)));
        let plain = pagerank(&graph(n, &edges, false), 0.85, Stop::Tolerance(1e-13));
        let power = pagerank(&graph(n, &both, true), 0.85, Stop::Tolerance(1e-13));
        prop_assert!((plain.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(plain.iter().zip(&power).all(|(a, b)| (a - b).abs() < 1e-10));
    }

    #[test]
    fn triangles_and_cores_hold_to_their_definitions((n, edges) in drawn()) {
        let own = graph(n, &edges, false);
        let near = |a: u32, b: u32| a != b && own.out(a).contains(&b);
        let found = triangles(&own);
        for a in own.all() {
            let pairs = own.all().flat_map(|b| (0..b).map(move |c| (b, c)));
            let count = pairs.filter(|(b, c)| near(a, *b) && near(a, *c) && near(*b, *c)).count();
            prop_assert_eq!(found[a as usize], count as u64);
        }
        let core = core_numbers(&own);
        for k in 1..=core.iter().copied().max().unwrap_or(0) {
            let inside = |v: u32| core[v as usize] >= k;
            for v in own.all().filter(|v| inside(*v)) {
                let degree = own.all().filter(|to| near(v, *to) && inside(*to)).count();
                prop_assert!(degree >= k as usize);
            }
        }
    }

    #[test]
    fn communities_are_never_worse_than_one_each((n, edges) in drawn()) {
        let own = graph(n, &edges, false);
        let found = louvain(&own, 1.0, 50);
        let alone: Vec<u32> = own.all().collect();
        prop_assert!(found.modularity + 1e-9 >= modularity(&own, &alone, 1.0));
        prop_assert!(found.of.iter().all(|c| (*c as usize) < found.count));
        // Members of a community hang together.
        let parts = components(&own);
        let label = |v: u32| found.of[v as usize];
        prop_assert!(own.all().all(|a| own.all().all(|b| label(a) != label(b) || parts[a as usize] == parts[b as usize])));
    }

    #[test]
    fn the_best_path_is_the_shortest((n, edges) in drawn()) {
        let (sources, targets): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
        let own = Graph::new(n, &sources, &targets, &weights(&edges), false);
        let to = n as u32 - 1;
        let found = best_paths(&own, (0, to), n as u32, 3, 10_000_000, |_, _, w| Some(w), |path| Some(path.to_vec()));
        prop_assert!(found.complete);
        let best = found.paths;
        let length = shortest_distances(&own, 0)[to as usize];
        match best.first() {
            None => prop_assert!(length.is_infinite()),
            Some(path) => prop_assert!((path.length - length).abs() < 1e-9),
        }
        prop_assert!(best.is_sorted());
    }
}

#[test]
fn threads_do_not_change_results() {
    let edges: Vec<(u32, u32)> = (0..60_000_u32).map(|i| (i * 7919 % 9973, i * 59_999 % 9967)).collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let own = graph(10_000, &edges, true);
            let rank = pagerank(&own, 0.85, Stop::Tolerance(1e-10));
            (components(&own), cdlp(&own, 5), local_clustering(&own), rank, betweenness(&own, 500))
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn betweenness_of_a_path_of_four() {
    let own = graph(4, &[(0, 1), (1, 2), (2, 3)], false);
    assert_eq!(betweenness(&own, 1), [0.0, 2.0, 2.0, 0.0]);
}

proptest! {
    #[test]
    fn pushed_ranks_are_near_the_exact_ones((n, edges) in drawn()) {
        let own = graph(n, &edges, false);
        let exact = personalised_pagerank(&own, 0.85, &[(0, 1.0)], 1e-14);
        let pushed = push_pagerank(&own, 0.85, &[(0, 1.0)], 1e-10, |_, _, ()| true);
        let mut found = vec![0.0; n];
        pushed.iter().for_each(|(v, rank)| found[*v as usize] = *rank);
        prop_assert!(exact.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-6), "{:?} {:?}", exact, found);
        prop_assert!(pushed.is_sorted_by(|a, b| a.1 >= b.1));
    }
}
