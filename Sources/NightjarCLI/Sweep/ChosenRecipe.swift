import ArgumentParser
import Evaluation
import Foundation
import Scripting
import Training

/// Where the chosen mix is written as a recipe.
struct ChosenRecipe {
    /// An absolute path, in the folder of the recipe that was swept.
    let path: String
    private let origin: LoadedRecipe

    /// How its first line begins: only what a sweep wrote is written over.
    private static let mark = "-- Written by nightjar sweep: "

    /// - Parameter file: as the user names it; by default beside the recipe, as `NAME-chosen.lua`.
    /// - Returns: nil where no recipe can be derived from this one, which is noted.
    /// - Throws: `ValidationError` where the file cannot stand there.
    init?(_ file: String?, of recipe: LoadedRecipe, notes: Notes) throws {
        origin = recipe
        let original = URL(filePath: recipe.origin.file).standardizedFileURL
        guard DerivedRecipe.canBegin(with: original.path) else {
            let sentence =
                "the chosen mix is written as a recipe that requires the original, and "
                + "\"\(original.lastPathComponent)\" cannot be required: its name needs letters, "
                + "digits, _ and - alone before .lua"
            guard file == nil else { throw ValidationError("--write: \(sentence).") }
            notes.add("\(sentence); the report says what to set instead")
            return nil
        }
        let stem = original.deletingPathExtension().lastPathComponent
        let folder = original.deletingLastPathComponent()
        let target =
            file.map { URL(filePath: $0).standardizedFileURL }
            ?? folder.appending(path: stem + "-chosen.lua")
        guard
            target.deletingLastPathComponent().resolvingSymlinksInPath().path
                == folder.resolvingSymlinksInPath().path
        else {
            throw ValidationError(
                "--write \(target.path): the chosen mix is written as a recipe that requires the "
                    + "original, so it stands in the same folder, \(folder.path); name a file there.")
        }
        guard target.pathExtension == "lua", target.lastPathComponent != original.lastPathComponent
        else {
            throw ValidationError(
                "--write \(target.path): give a name that ends in .lua and is not the recipe's own.")
        }
        path = target.path
        if let bytes = FileManager.default.contents(atPath: path),
            !bytes.starts(with: Data(ChosenRecipe.mark.utf8))
        {
            throw ValidationError(
                "\(path) is there already, and no sweep wrote it; name another file with --write.")
        }
        guard FileManager.default.isWritableFile(atPath: folder.path) else {
            guard file == nil else {
                throw ValidationError("--write: nothing can be written to \(folder.path).")
            }
            notes.add(
                "nothing can be written to \(folder.path), so the chosen mix is not written as a "
                    + "recipe; the report says what to set instead")
            return nil
        }
    }

    /// Writes the recipe of the chosen point.
    ///
    /// - Returns: its path; nil where the recipe cannot be derived from, which is noted.
    func write(_ row: SweepReport.Row, _ page: SweepPage, notes: Notes) throws -> String? {
        let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
        do {
            let settings = try page.setup.settings(at: row.point.percent)
            try DerivedRecipe(
                of: origin.path, overrides: origin.origin.overrides + settings, name: stem,
                comment: [
                    String(ChosenRecipe.mark.dropFirst(3)) + page.setup.label(row.point.percent)
                        + " of the mix.", page.choiceSentence,
                ]
            ).write(to: path)
            return path
        } catch let error as ScriptingError {
            notes.add("The chosen mix is not written as a recipe: \(error)")
            return nil
        }
    }
}
