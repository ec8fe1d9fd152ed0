using XenKube.Help;

// Run by build/write-errors.sh: --errors FILE. Run by the build of src/XenKube: ASSEMBLY MARKDOWN-DIRECTORY OUTPUT-DIRECTORY
if (args is ["--errors", var page])
{
    File.WriteAllText(page, ErrorTopic.RenderPage());
    return 0;
}
if (args is not [var assembly, var markdown, var output])
{
    Console.Error.WriteLine("usage: XenKube.Help ASSEMBLY MARKDOWN-DIRECTORY OUTPUT-DIRECTORY");
    return 2;
}
Directory.CreateDirectory(output);
using var module = ModuleMetadata.Read(assembly);
var pages = new List<HelpTopic>();
var problems = new List<string>();
foreach (var cmdlet in module.Cmdlets)
{
    var file = Path.Combine(markdown, cmdlet.Name + ".md");
    try
    {
        pages.Add(new HelpTopic(cmdlet, MarkdownPage.Read(file)));
    }
    catch (Exception e) when (e is IOException or FormatException)
    {
        problems.Add($"{file}(1): error HELP001: {e.Message}");
    }
}
foreach (var file in Directory.EnumerateFiles(markdown, "*-*.md"))
{
    if (!module.Cmdlets.Any(cmdlet => cmdlet.Name == Path.GetFileNameWithoutExtension(file)))
    {
        problems.Add($"{file}(1): error HELP002: there is no such cmdlet");
    }
}
problems.ForEach(Console.Error.WriteLine);
MamlWriter.Write(Path.Combine(output, Path.GetFileName(assembly) + "-Help.xml"), pages);
foreach (var file in Directory.EnumerateFiles(markdown, "about_*.md"))
{
    File.WriteAllText(Path.Combine(output, Path.GetFileNameWithoutExtension(file) + ".help.txt"), AboutTopic.Render(File.ReadAllLines(file)));
}
File.WriteAllText(Path.Combine(output, "about_XenKube_Errors.help.txt"), ErrorTopic.RenderTopic());
return problems.Count == 0 ? 0 : 1;
