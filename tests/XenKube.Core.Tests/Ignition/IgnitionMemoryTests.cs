using XenKube.Tests.Support;

namespace XenKube.Ignition;

public class IgnitionMemoryTests
{
    [Fact]
    public void Many_configs_do_not_make_memory_grow()
    {
        var source = File.ReadAllBytes(Project.Tests("corpus", "clc", "guide-etcd-tls", "input.yaml"));
        Transpile(source, 200);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Transpile(source, 2_000);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Other tests run beside this one; 2,000 configs that were kept would be more than 200 MB.
        Assert.True(grown < 100 << 20, $"{grown} bytes are held");
    }

    private static void Transpile(byte[] source, int count)
    {
        for (; count > 0; count--)
        {
            Assert.True(IgnitionTranspiler.Transpile(source).Succeeded);
        }
    }
}
