using System.CommandLine;
using System.Text;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Ignition.Decompiling;
using XenKube.Ignition.Templates;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube ignition decompile</c> and <c>expand</c>: JSON to a document that people edit, a template to a config.</summary>
internal static class IgnitionTextCommands
{
    private static readonly Argument<string> Json = new("FILE") { Description = "The JSON; - for standard input." };
    private static readonly Argument<string> Template = new("TEMPLATE") { Description = "The template, such as node-1.ct.tmpl." };
    private static readonly Option<string?> Variant = new("--variant")
        { Description = $"The variant to write: {string.Join(", ", IgnitionDecompiler.Variants)} (default: clc, or flatcar).", HelpName = "NAME" };
    private static readonly Option<bool> Raw = new("--raw")
        { Description = "Print secrets to a terminal and in JSON too, instead of their kind, length and fingerprint." };
    private static readonly Option<string?> Output = new("--output", "-o")
        { Description = "The file to write (default: the template's name without .tmpl).", HelpName = "FILE" };

    public static Command CreateDecompile()
    {
        var command = new Command("decompile", "Turn Ignition JSON into a config that people can edit.") 
            { Json, Variant, Raw, StandardOptions.Json };
        CommandRun.Handle(command, Decompile);
        return command;
    }

    public static Command CreateExpand()
    {
        var command = new Command("expand", "Make a config from its template.")
            { Template, Output, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(command, Expand);
        return command;
    }

    private static void Decompile(CommandRun run)
    {
        var document = IgnitionDecompiler.Decompile(IgnitionCommands.Read(run, run.Get(Json)), run.Get(Variant));
        foreach (var note in document.Notes)
        {
            run.Warn(note);
        }
        var isRaw = run.Get(Raw);
        if (run.WantsJson)
        {
            var text = isRaw ? document.Text : document.DisplayText;
            run.Print(new DecompiledRow(text, document.Dialect, document.IsExact, document.Notes), (_, _) => { });
        }
        else if (isRaw || !run.Terminal.ShowsOutput)
        {
            // A file or a program gets the document byte for byte.
            run.Terminal.OutputStream.Write(Encoding.UTF8.GetBytes(document.Text));
        }
        else
        {
            run.Out.Write(document.DisplayText);
        }
    }

    private static void Expand(CommandRun run)
    {
        var path = Path.GetFullPath(run.Get(Template));
        var force = run.Get(StandardOptions.Force);
        if (run.HasDirectory && run.Get(Output) is null && Path.GetFileName(path) == XenDirLayout.ClusterTemplateName
            && run.Directory.FindClusterAt(path) is { } cluster)
        {
            ExpandForCluster(run, path, cluster, force);
            return;
        }
        var node = run.HasDirectory ? new NodeStore(run.Directory).FindByFile(path) : null;
        var result = node is null
            ? IgnitionTemplate.Expand(path, run.Get(Output), force: force)
            : new NodeConfig(run.Directory, node).Expand(path, run.Get(Output), force);
        run.Print(result, Write);
    }

    /// <summary>The template of a cluster is that of each node that has none of its own.</summary>
    private static void ExpandForCluster(CommandRun run, string path, string cluster, bool force)
    {
        var results = new List<IgnitionTemplateResult>();
        run.ForEach(new NodeStore(run.Directory).List(NodeName.Parse(cluster)), node =>
        {
            var own = new NodeConfig(run.Directory, node);
            if (own.TemplatePath == path)
            {
                results.Add(own.Expand(path, node.ConfigPath, force));
            }
        });
        run.Print(results, (output, all) => all.ForEach(result => Write(output, result)));
    }

    private static void Write(TextWriter output, IgnitionTemplateResult result) =>
        output.WriteLine(result.Written ? result.Path : $"{result.Path} is current");
}
