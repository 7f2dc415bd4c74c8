import ArgumentParser
import Foundation
import Scripting

/// `nightjar annotate`: writes what editors and readers know of the Lua module.
struct Annotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the editor's types of the Lua module, for completion and checks.",
        discussion: """
            Point your editor's Lua language server at the folder: in .luarc.json, \
            "workspace.library": ["Scripts/types"].
            """)

    @Option(help: "The folder that receives nightjar/*.d.lua.", completion: .directory)
    var out = "Scripts/types"

    @Option(help: "Also writes the reference page, as Markdown, to this file.")
    var reference: String?

    mutating func run() throws {
        let folder = out + "/nightjar"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for file in AnnotationWriter.files {
            try Data(file.text.utf8).write(to: URL(fileURLWithPath: folder + "/" + file.name))
        }
        if let reference {
            try Data(ReferenceWriter.page.utf8).write(to: URL(fileURLWithPath: reference))
        }
        try Output.text("wrote \(AnnotationWriter.files.count) files to \(folder)\n")
    }
}
