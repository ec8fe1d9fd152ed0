using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using XenKube.Help;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>The library says what is wrong; what to type is said by the front ends alone.</summary>
public sealed partial class RemedyTests
{
    private static AssemblyDefinition Read(string file) => AssemblyDefinition.ReadAssembly(file);

    private static ModuleMetadata ReadModule() =>
        ModuleMetadata.Read(Path.Combine(Project.Root, "src", "XenKube", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "XenKube.dll"));

    private static IEnumerable<TypeDefinition> TypesOf(AssemblyDefinition assembly)
    {
        static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);
        return assembly.MainModule.Types.SelectMany(WithNested);
    }

    private static IEnumerable<(MethodDefinition Method, Instruction Instruction)> CodeOf(AssemblyDefinition assembly) =>
        from type in TypesOf(assembly)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        select (method, instruction);

    private static IEnumerable<(string Place, string Text)> TextsOf(AssemblyDefinition assembly) =>
        CodeOf(assembly).Where(code => code.Instruction.OpCode == OpCodes.Ldstr).Select(code => (code.Method.FullName, (string)code.Instruction.Operand));

    private static string[] OptionsOf(AssemblyDefinition commandLine) =>
        [.. TextsOf(commandLine).Select(text => text.Text).Where(text => OptionName().IsMatch(text)).Distinct()];

    /// <summary>Finds what belongs to the language of one of the front ends.</summary>
    private static Regex FrontEndWords(IEnumerable<string> cmdlets, IEnumerable<string> parameters, IEnumerable<string> options) => new(
        $@"(?<![\w-])(?i:{string.Join('|', cmdlets)})(?!\w)|(?<![\w-])-(?:{string.Join('|', parameters.Where(name => name.Length > 1))})(?!\w)|(?<![\w-])(?:{string.Join('|', options)})(?![\w-])|(?<![\w./-])xenkube [a-z]+",
        RegexOptions.CultureInvariant);

    [Fact]
    public void Texts_of_the_library_name_no_cmdlet_no_parameter_and_no_command()
    {
        using var module = ReadModule();
        using var commandLine = Read(typeof(XenKube.Cli.CommandLine).Assembly.Location);
        using var core = Read(typeof(Remedy).Assembly.Location);
        string[] cmdlets = [.. module.Cmdlets.SelectMany(cmdlet => cmdlet.Aliases.Where(alias => alias.Contains('-', StringComparison.Ordinal)).Prepend(cmdlet.Name))];
        string[] parameters = [.. module.Cmdlets.SelectMany(cmdlet => cmdlet.Parameters).Select(parameter => parameter.Name).Distinct()];
        var options = OptionsOf(commandLine);
        Assert.Contains("Reset-Ignition", cmdlets);
        Assert.Contains("XenDir", parameters);
        Assert.Contains("--xen-dir", options);
        var words = FrontEndWords(cmdlets, parameters, options);
        Assert.All(["use -Force", "Reset-Ignition it", "(reset-xennode)", "(--xen-dir)", "by xenkube node new"], text => Assert.Matches(words, text));
        Assert.All(["xenkube.json", "a pre-force", "etcd-NodeX", "mke2fs -O x", "/usr/share/xenkube x"], text => Assert.DoesNotMatch(words, text));

        // ct and butane speak in their own words, which are flags; so do the programs that are started, and GRUB's commands.
        var named = TextsOf(core)
            .Where(text => !text.Place.Contains("XenKube.Ignition.", StringComparison.Ordinal) || !text.Text.Contains("--", StringComparison.Ordinal))
            .Where(text => !text.Place.Contains("XenKube.Booting.Grub.", StringComparison.Ordinal))
            .Where(text => words.IsMatch(text.Text))
            .ToList();
        Assert.True(named.Count == 0, string.Join('\n', named));
    }

    [Fact]
    public void No_action_is_turned_into_text_before_a_front_end_words_it()
    {
        using var core = Read(typeof(Remedy).Assembly.Location);
        var lost = CodeOf(core)
            .Where(code => code.Instruction.Operand is GenericInstanceMethod method
                && method.DeclaringType.Name == "DefaultInterpolatedStringHandler"
                && method.GenericArguments.Any(argument => argument.Name is nameof(RemedyAction) or nameof(RemedyActionKind)))
            .Select(code => code.Method.FullName).ToList();
        Assert.True(lost.Count == 0, string.Join('\n', lost));
    }

    private static string[] ArgumentsOf(RemedyActionKind kind) => kind switch
    {
        RemedyActionKind.SetUpHost => ["directories"],
        RemedyActionKind.OpenPort => ["80"],
        RemedyActionKind.ReserveAddress or RemedyActionKind.RemoveReservation => ["00:16:3e:4e:31:11", "/hosts file"],
        RemedyActionKind.MakeCluster => ["etcd"],
        RemedyActionKind.MakeKubeConfig or RemedyActionKind.RemakeKubeConfig => ["etcd", "/home/config file"],
        RemedyActionKind.RefreshStep => ["etcd/node-1", "machine-id"],
        RemedyActionKind.SetBootLoader => ["etcd/node-1", "XenKube"],
        RemedyActionKind.ImportKnownKey => ["CoreOS"],
        _ => ["etcd/node 1's"],
    };

    /// <summary>The words of the command line: commands that there are, with options that they have.</summary>
    [Fact]
    public void Command_line_words_every_action_with_commands_that_it_has()
    {
        var words = (IRemedyWords)typeof(XenKube.Cli.CommandLine).Assembly.GetType("XenKube.Cli.Commands.RemedyWords", throwOnError: true)!.GetProperty("Instance")!.GetValue(null)!;
        foreach (var kind in Enum.GetValues<RemedyActionKind>())
        {
            var text = words.Word(new RemedyAction(kind, ArgumentsOf(kind)));
            Assert.DoesNotMatch("(?<![a-z])[A-Z][a-z]+-[A-Z]|(^| )-[A-Z]", text);
            if (!text.StartsWith("xenkube ", StringComparison.Ordinal))
            {
                continue;
            }
            Assert.DoesNotContain("etcd/node 1's", text, StringComparison.Ordinal);
            string[] command = [.. text.Split(' ')[1..].TakeWhile(word => word.All(letter => char.IsAsciiLetterLower(letter))).Take(2)];
            var help = CommandLineRun.Of([.. command, "--help"]).ShouldSucceed().Output;
            Assert.All(text.Split(' ').Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Remedy_without_a_front_end_is_in_plain_words()
    {
        Remedy remedy = $"Make it ({new RemedyAction(RemedyActionKind.MakeNode, "etcd/n")}), or use {RemedyActionKind.ForceOption} {1.5}";
        Assert.Equal("Make it (make node etcd/n), or use force option 1.5", remedy.ToString());
        Assert.Equal("x: y. Make it (make node etcd/n), or use force option 1.5", new InvalidInputException(ErrorIds.GuestConfigInvalid, "x", null, "y", remedy).Message);
        Assert.Null(new InvalidInputException(ErrorIds.GuestConfigInvalid, "x", null, "y").Remedy);
    }

    [GeneratedRegex("^--[a-z][a-z-]+$")]
    private static partial Regex OptionName();
}
