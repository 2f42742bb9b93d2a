"""What a page loads for a client library: bundled and minified by esbuild, compressed by gzip.

`python -m bench.sdk` installs the peers from the npm registry into a temporary folder."""

import gzip
import shutil
import tempfile
from pathlib import Path

from backpack_devcluster.report import silent
from backpack_images import javascript
from bench.table import print_table

HERE = Path(__file__).parent
FIREBASE = """
export { initializeApp } from "firebase/app";
export { getAuth, createUserWithEmailAndPassword, signInWithEmailAndPassword, signOut, onAuthStateChanged }
  from "firebase/auth";
export { getFirestore, collection, doc, addDoc, getDoc, getDocs, updateDoc, deleteDoc, query, where, orderBy,
  onSnapshot } from "firebase/firestore";
export { getStorage, ref, uploadBytesResumable, getDownloadURL } from "firebase/storage";
"""
FIREBASE_DATABASE = 'export { getDatabase, onDisconnect, onValue, set } from "firebase/database";'
SIZES = (
    ("backpack-sdk, everything", 'export * from "SDK";'),
    ("backpack-sdk, createClient", 'export { createClient } from "SDK";'),
    ("backpack-sdk, accounts and documents", 'export { Transport, Auth, Db } from "SDK";'),
    ("pocketbase", 'export { default } from "pocketbase";'),
    ("@supabase/supabase-js", 'export { createClient } from "@supabase/supabase-js";'),
    ("firebase: auth, firestore, storage", FIREBASE),
    ("firebase: the same and database, which has presence", FIREBASE + FIREBASE_DATABASE),
)


def main() -> None:
    sdk = javascript.build(silent()) / "esm" / "index.js"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(HERE / file, folder)
        javascript.npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)
        rows = [
            (what, f"{minified / 1024:.1f}", f"{packed / 1024:.1f}")
            for what, text in SIZES
            for minified, packed in [size(folder, text.replace("SDK", str(sdk)))]
        ]
    print_table("Client libraries, KiB", ("", "minified", "gzip"), rows)


def size(folder: Path, text: str) -> tuple[int, int]:
    """Bytes of the bundle, and of what is sent of it."""
    source = folder / "module.js"
    source.write_text(text)
    esbuild = str(javascript.SDK / "node_modules" / "esbuild" / "bin" / "esbuild")
    bundled = javascript.run(esbuild, str(source), "--bundle", "--minify", "--format=esm", folder=folder)
    return len(bundled.encode()), len(gzip.compress(bundled.encode(), 9))


if __name__ == "__main__":
    main()
