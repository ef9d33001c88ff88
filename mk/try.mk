.PHONY: try

try: build ## the main job in a scratch network namespace, judged by ip(8)
	@scripts/try
