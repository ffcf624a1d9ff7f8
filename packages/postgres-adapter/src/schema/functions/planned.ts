/**
 * What every function is planned with. Plans are kept, and the tables of what is hot are empty at one moment and large at the
 * next: a plan that was made for an empty one must serve the other. So rows are looked up by `= ANY (ARRAY(…))` on an index, and
 * joined with what was given after that.
 */
export const PLANNED = `LANGUAGE plpgsql SET enable_seqscan = off`
