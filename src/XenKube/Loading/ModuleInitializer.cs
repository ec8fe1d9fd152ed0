using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using XenKube.Commands.Hosting;

namespace XenKube.Commands.Loading;

/// <summary>
/// Hides the packages that XenKube.Parsing uses from other modules: that assembly and everything it uses are loaded from
/// <c>deps/</c> into a context of their own, so another module's YamlDotNet and ours never meet. XenKube.Core stays in
/// the default context, the only one in which pwsh finds type literals.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private const string ParsingAssembly = "XenKube.Parsing";

    private static readonly Lazy<PrivateContext> Context = new(() =>
        new PrivateContext(Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "deps")));

    /// <inheritdoc/>
    public void OnImport() => AssemblyLoadContext.Default.Resolving += ResolveParsing;

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        AssemblyLoadContext.Default.Resolving -= ResolveParsing;
        foreach (var server in RunningServers.All)
        {
            RunningServers.Stop(server);
        }
    }

    private static Assembly? ResolveParsing(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == ParsingAssembly ? Context.Value.LoadFromAssemblyName(name) : null;

    private sealed class PrivateContext(string directory) : AssemblyLoadContext("XenKube.Parsing")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(directory, assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
